package dev.weft.tck;

class KitOnBrokenClocksTest extends KitOnBroken {
    KitOnBrokenClocksTest() {
        super(BrokenClocks.class);
    }
}
