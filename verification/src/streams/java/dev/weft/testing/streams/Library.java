package dev.weft.testing.streams;

import dev.weft.testing.StreamRecorder;
import dev.weft.testing.streams.Awaiting.Way;

/** What the kits have to know of a library. */
public interface Library {
    /** A log of its hooks and ours, open. */
    WatchedHooks hooks();

    /** A recorder that the library takes for a subscriber of its own, and does not wrap. */
    <T> StreamRecorder<T> recorder();

    /** Lets a coroutine take what comes from a source of the library's own, which only tells who has subscribed. */
    void take(Way way, Awaiting coroutine) throws InterruptedException;
}
