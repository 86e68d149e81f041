package dev.weft.tck;

class KitOnBrokenCoroutinesTest extends KitOnBroken {
    KitOnBrokenCoroutinesTest() {
        super(BrokenCoroutines.class);
    }
}
