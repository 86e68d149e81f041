package dev.weft.spi;

/**
 * What a coroutine waits for, in a word that is the same for all sources and places: for listeners, meters and dumps.
 *
 * @since 0.1
 */
public enum WaitKind {
    /** The outcome of a source, such as a {@code Mono}, a {@code Single} or a future. */
    SOURCE,
    /** The next value of a loop. */
    VALUE,
    /** The demand of the subscriber that a generator emits to. */
    DEMAND,
    /** The outcome of another coroutine or member, through its handle. */
    HANDLE,
    /** The end of what was started in a scope. */
    MEMBERS,
    /** A callback. */
    CALLBACK,
    /** A time: a {@code delay}. */
    TIME,
    /** A change of Weft's own objects, such as a condition, a state or a lock. */
    STATE
}
