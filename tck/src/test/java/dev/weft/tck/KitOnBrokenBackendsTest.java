package dev.weft.tck;

class KitOnBrokenBackendsTest extends KitOnBroken {
    KitOnBrokenBackendsTest() {
        super(BrokenBackends.class);
    }
}
