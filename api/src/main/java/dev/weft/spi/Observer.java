package dev.weft.spi;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine tells the layer above it about coroutines, while somebody listens there. Its methods never throw.
 *
 * @since 0.1
 */
public interface Observer {
    /**
     * A coroutine, or a source without a thread, has been started, or has ended before it could begin. Called once, on
     * the thread that starts it, before its body runs.
     *
     * @param started what was started
     * @param parent what was told about the coroutine in whose code that happened; null if there is none, or if nobody
     *     was told about that
     * @return what is told about it from now on, or null if nobody wants to know
     */
    @Nullable
    Observation started(Observed started, @Nullable Observation parent);

    /** A value that nobody could receive is about to be discarded. */
    void discarded(Object value);

    /** A coroutine, or a source that was started without a thread, as those see it that are told about it. */
    interface Observed {
        /** {@return its name, in one line} */
        String title();

        /** {@return whether that name was given to it} */
        boolean isNamed();

        /** {@return the backend inside it} */
        Backend backend();

        /** {@return the context inside it} */
        Object context();

        /** {@return its thread; null for a source, and for a coroutine that has ended before it could begin} */
        @Nullable
        Thread thread();
    }

    /** Is told about one coroutine; each pair of {@link #suspended} and {@link #resumed} comes on its thread. */
    interface Observation {
        /**
         * What its thread runs, before that is run: called once, with the thread-locals of the thread that calls it, or
         * with none where only a library subscribes. Not called for a source.
         *
         * @param body what to run
         * @return what runs the body instead, each time at once, once, and on the same thread; or the body itself
         */
        Runnable around(Runnable body);

        /** {@return the context that it is to have, once {@link #around} has returned} */
        Object context();

        /**
         * It is about to park.
         *
         * @param kind what it waits for
         * @param what says more about that; to be called inside this call only
         */
        void suspended(WaitKind kind, Supplier<String> what);

        /** It goes on. */
        void resumed();

        /**
         * It has ended. Called once, last, and before anybody else receives the outcome.
         *
         * @param failure what it has failed with, or null
         * @param by what has cancelled it, or null; null too if it has failed by itself
         */
        void ended(@Nullable Throwable failure, @Nullable Cancellation by);

        /** {@return since when it waits, as {@link System#nanoTime} counts; 0 if it does not} Read by other threads. */
        long waitingSince();
    }
}
