package dev.weft.examples.shop;

/** What a customer wants to buy. */
record Purchase(String item, int amount) {
    Purchase {
        if (amount < 1 || amount > 100) throw new IllegalArgumentException("an amount is from 1 to 100: " + amount);
    }
}
