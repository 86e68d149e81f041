package dev.weft.examples.checkout;

/**
 * What a bank has authorised.
 *
 * @param reference the bank's name for it
 */
public record Payment(String reference) {}
