package dev.weft;

import dev.weft.spi.BufferPolicy;
import dev.weft.spi.BufferPolicy.WhenFull;
import org.jspecify.annotations.Nullable;

/**
 * What to do with values that come faster than they are consumed, from a source that does not wait until it is asked, such as
 * an {@code Observable} or a listener. There is no default: each loses something, or its bound. Values that are dropped go to
 * the discard hook, see {@link Hooks#onDiscard}; the source is never blocked.
 *
 * @apiNote {@link #suspend} where the source can be asked to wait. Else, for states that replace each other, such as prices,
 *     {@link #latest} or {@link #dropOldest}; for what must not be missed, such as orders, {@link #error}, which says so; for what a
 *     late reader has no use for, {@link #dropNewest}. {@link #unbounded} is for sources whose number of values is known.
 * @since 0.1
 */
public final class Overflow {
    private static final Overflow SUSPEND = new Overflow(null);

    private final @Nullable BufferPolicy buffering;

    private Overflow(@Nullable BufferPolicy buffering) {
        this.buffering = buffering;
    }

    /** {@return to let the source wait; only for one that can be asked to} */
    public static Overflow suspend() {
        return SUSPEND;
    }

    /**
     * {@return to fail with an {@link OverflowException}, behind the values that are kept, and cancel the source}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow error(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.ERROR, capacity));
    }

    /**
     * {@return to drop the oldest value that is kept}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow dropOldest(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.DROP_OLDEST, capacity));
    }

    /**
     * {@return to drop the value that has just come}
     *
     * @param capacity how many values are kept, at least 1
     */
    public static Overflow dropNewest(int capacity) {
        return new Overflow(new BufferPolicy(WhenFull.DROP_NEWEST, capacity));
    }

    /** {@return to keep the newest value only} */
    public static Overflow latest() {
        return dropOldest(1);
    }

    /** {@return to keep everything, until memory is exhausted} */
    public static Overflow unbounded() {
        return error(Integer.MAX_VALUE);
    }

    /** {@return the buffer for a source that can be asked, or cannot, as this says} */
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
