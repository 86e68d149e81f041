package dev.weft.examples.checkout;

/** What shipping costs. */
public record Quote(String service, int cents) {
    /** What is charged when the carrier does not answer in time. */
    public static final Quote STANDARD = new Quote("standard", 1490);
}
