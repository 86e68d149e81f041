package dev.weft.testing.streams;

import dev.weft.testing.StreamRecorder;
import dev.weft.testing.streams.Awaiting.Way;

/** What the kits must know about a library. */
public interface Library {
    /** Opens a log of its hooks and Weft's. */
    WatchedHooks hooks();

    /** A recorder that the library accepts as its own kind of subscriber, and does not wrap. */
    <T> StreamRecorder<T> recorder();

    /** Makes a coroutine consume a source of the library that only passes on its subscriber. */
    void take(Way way, Awaiting coroutine) throws InterruptedException;
}
