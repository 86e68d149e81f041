package dev.weft.examples.shop;

/** Money for another customer, in cents. */
record Transfer(String to, int amount) {
    Transfer {
        if (amount < 1 || amount > 100_000)
            throw new IllegalArgumentException("an amount is from 1 to 100000: " + amount);
    }
}
