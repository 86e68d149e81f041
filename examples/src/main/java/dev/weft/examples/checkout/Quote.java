package dev.weft.examples.checkout;

/** What shipping costs. */
record Quote(String service, int cents) {
    /** What is charged when the carrier does not say in time. */
    static final Quote STANDARD = new Quote("standard", 1490);
}
