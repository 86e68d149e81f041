package dev.weft.spi;

import java.util.concurrent.atomic.LongAdder;

/**
 * What the engine counts, process-wide, since the start: signals that nobody received, cancellations that were ignored,
 * and waits that took too long.
 *
 * @since 0.1
 */
public enum EngineCounter {
    /** Values that nobody could receive and that went to a discard hook. */
    DISCARDED,
    /** Errors that nobody could receive and that went to a dropped-error hook. */
    DROPPED,
    /** Breaches of their protocol by sources. */
    VIOLATIONS,
    /** Errors that only answered our own cancellation; they are logged at {@code DEBUG} and not reported. */
    CANCEL_ECHOES,
    /**
     * Coroutines that returned a value although they were cancelled; and coroutines, blocks with a timeout and groups
     * that returned although an await or an interrupt had told their code of the cancellation.
     */
    CANCEL_SWALLOWED,
    /**
     * Blocks that went on for more than a second, or the watchdog's limit if that is less, after their timeout had
     * fired.
     */
    TIMEOUT_OVERRUNS,
    /** Places in which the watchdog has found coroutines that wait too long, and those that run on after a cancellation. */
    LONG_WAITS,
    /** Cancels of a source that took long, while the awaiting code had to wait. */
    SLOW_CANCELS,
    /** Members that did not end in time, so that their group was left without them. */
    LEFT_BEHIND;

    private final LongAdder adder = new LongAdder();

    /** {@return the count so far} */
    public long sum() {
        return adder.sum();
    }

    /** Adds one. */
    public void increment() {
        adder.increment();
    }
}
