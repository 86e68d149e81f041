package dev.weft.tck;

class KitOnBrokenIterationsTest extends KitOnBroken {
    KitOnBrokenIterationsTest() {
        super(BrokenIterations.class);
    }
}
