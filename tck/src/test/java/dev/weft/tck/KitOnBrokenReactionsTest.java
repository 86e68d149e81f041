package dev.weft.tck;

class KitOnBrokenReactionsTest extends KitOnBroken {
    KitOnBrokenReactionsTest() {
        super(BrokenReactions.class);
    }
}
