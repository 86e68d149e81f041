package dev.weft.examples.checkout;

import java.util.Locale;

/** What the shop sells: each thing makes the services behave in another way. */
public enum Goods {
    /** All services answer. */
    TEAPOT(2490, 10),
    /** The carrier does not answer. */
    PIANO(249000, 10),
    /** The bank fails while the other services are at work and far from done. */
    DIAMOND(990000, 10),
    /** The recommendations fail. */
    KITE(1990, 10),
    /** No service answers. */
    CLOCK(4990, 10),
    /** One is left, and the bank answers when two customers want it. */
    MAP(790, 1);

    private final int cents;
    private final int stock;

    Goods(int cents, int stock) {
        this.cents = cents;
        this.stock = stock;
    }

    /** {@return the item number under which it is sold} */
    public int id() {
        return ordinal() + 1;
    }

    /** {@return what is sold under a number} */
    public static Goods of(int id) {
        return values()[id - 1];
    }

    Item item() {
        return new Item(id(), name().toLowerCase(Locale.ROOT), cents, stock);
    }
}
