package dev.weft.tck;

class KitOnBrokenAwaitsTest extends KitOnBroken {
    KitOnBrokenAwaitsTest() {
        super(BrokenAwaits.class);
    }
}
