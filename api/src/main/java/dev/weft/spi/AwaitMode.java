package dev.weft.spi;

/**
 * Which value of a source is awaited, and what it means if there are none or several.
 *
 * @since 0.1
 */
public enum AwaitMode {
    /** The only value of a source that has exactly one; empty is an error. */
    ONE(true, "awaitSingle"),
    /** The only value of a source that has at most one; empty is null. */
    MAYBE(false, "await"),
    /** Completion; values are discarded. */
    NONE(false, "awaitDone"),
    /** The first value of many: one is requested, the rest is cancelled; empty is an error. */
    FIRST(true, "awaitFirst"),
    /** The last value of many; the others are discarded; empty is an error. */
    LAST(true, "awaitLast"),
    /** The only value of a source that could have many; empty is null, a second value is an error. */
    SINGLE_OR_EMPTY(false, "await"),
    /** The only value of a source that could have many; empty and a second value are errors. */
    SINGLE(true, "awaitSingle");

    final boolean required;
    private final String operation;

    AwaitMode(boolean required, String operation) {
        this.required = required;
        this.operation = operation;
    }

    /** {@return the public method, as errors name it} */
    public String operation() {
        return operation;
    }

    /** {@return what an exception says about a source that has ended without the value that is needed} */
    public String noValue(String source) {
        return operation + ": " + source + " completed without a value; where it may be empty, "
                + (this == ONE ? "use await, which returns null then, or awaitOptional" : "use collect, or a loop");
    }

    /** {@return how many values to request: one for {@link #FIRST}, all for the others} */
    public long demand() {
        return this == FIRST ? 1 : Long.MAX_VALUE;
    }
}
