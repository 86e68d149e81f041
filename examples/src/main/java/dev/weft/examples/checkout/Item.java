package dev.weft.examples.checkout;

/**
 * Something to buy.
 *
 * @param stock how many there were when it was looked up
 */
public record Item(int id, String name, int cents, int stock) {}
