package dev.weft.examples.checkout;

/** The id that a request carries through all that is done for it. */
final class Trace {
    /** Its header in HTTP. */
    static final String HEADER = "X-Trace-Id";

    /** Its key in the context. */
    static final String KEY = "trace";

    private Trace() {}
}
