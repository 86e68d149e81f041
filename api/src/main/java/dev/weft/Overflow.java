package dev.weft;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.BufferPolicy.WhenFull;
import org.jspecify.annotations.Nullable;

/**
 * What to do with values that come faster than they are consumed, from a source that does not wait for requests, such
 * as an {@code Observable} or a listener. There is no default: each policy loses values, or has no bound. Values for
 * which there is no room go to the discard hook, see {@link Hooks#onDiscard}; the source is never blocked.
 *
 * @apiNote {@link #suspend} where the source can be asked to wait. Otherwise: for states that replace each other, such
 *     as prices, {@link #latest} or {@link #dropOldest}; for values that must not be missed, such as orders,
 *     {@link #error}, which reports the loss; where a late reader needs no newer values, {@link #dropNewest}.
 *     {@link #unbounded} is for sources with a known number of values.
 * @since 0.1
 */
public final class Overflow {
    private static final Overflow SUSPEND = new Overflow(null);

    private final @Nullable BufferPolicy buffering;

    private Overflow(@Nullable BufferPolicy buffering) {
        this.buffering = buffering;
    }

    /** {@return a policy that lets the source wait; only for a source that can be asked to} */
    public static Overflow suspend() {
        return SUSPEND;
    }

    /**
     * {@return a policy that fails with an {@link OverflowException}, after the values that are kept, and cancels the
     * source}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow error(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.ERROR, capacity));
    }

    /**
     * {@return a policy that discards the oldest value that is kept}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow dropOldest(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.DROP_OLDEST, capacity));
    }

    /**
     * {@return a policy that discards the value that has just come}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow dropNewest(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.DROP_NEWEST, capacity));
    }

    /** {@return a policy that keeps only the newest value} */
    public static Overflow latest() {
        return dropOldest(1);
    }

    /** {@return a policy that keeps everything, until memory is exhausted} */
    public static Overflow unbounded() {
        return error(Integer.MAX_VALUE);
    }

    /** {@return the buffer for this policy, also for a source that can be asked to wait} */
    BufferPolicy buffering() {
        return buffering == null ? new BufferPolicy(WhenFull.REQUESTED, Async.PREFETCH) : buffering;
    }

    /** {@return the buffer for a source that cannot be asked to wait; see {@link Adapters#buffering}} */
    BufferPolicy buffering(String source) {
        if (buffering == null)
            throw new IllegalArgumentException(
                    source
                            + " cannot be asked to wait: choose error(n), dropOldest(n), dropNewest(n), latest() or unbounded()");
        return buffering;
    }
}
