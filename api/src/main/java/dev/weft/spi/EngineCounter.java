package dev.weft.spi;

import java.util.concurrent.atomic.LongAdder;

/**
 * What the engine counts, process-wide, since the start: signals that found nobody, and cancellations that were ignored.
 *
 * @since 0.1
 */
public enum EngineCounter {
    /** Values that nobody could receive and that went to a discard hook. */
    DISCARDED,
    /** Errors that nobody could receive and that went to a dropped-error hook. */
    DROPPED,
    /** Breaches of a source's protocol. */
    VIOLATIONS,
    /** Errors that only answered our own cancellation; they are logged at {@code DEBUG} and not reported. */
    CANCEL_ECHOES,
    /** Coroutines that returned a value although they were cancelled. */
    CANCEL_SWALLOWED,
    /** Blocks that went on for more than a second, or the watchdog's limit if that is less, after their timeout had fired. */
    TIMEOUT_OVERRUNS,
    /** Places in which the watchdog has found coroutines that wait for too long. */
    LONG_WAITS,
    /** Cancellations of a source for which whoever awaited it had to wait as long. */
    SLOW_CANCELS,
    /** Members without which a group was left, since they did not end in time. */
    LEFT_BEHIND;

    private final LongAdder adder = new LongAdder();

    /** {@return how often it has happened} */
    public long sum() {
        return adder.sum();
    }

    /** Counts one more. */
    public void increment() {
        adder.increment();
    }
}
