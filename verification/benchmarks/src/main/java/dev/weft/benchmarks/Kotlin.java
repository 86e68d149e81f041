package dev.weft.benchmarks;

import kotlinx.coroutines.CoroutineDispatcher;
import kotlinx.coroutines.Dispatchers;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the columns of Kotlin's coroutines use: their dispatchers. */
@State(Scope.Benchmark)
public class Kotlin {
    /** The dispatcher. */
    @Param
    public Dispatcher dispatcher = Dispatcher.DEFAULT;

    CoroutineDispatcher dispatcher() {
        return switch (dispatcher) {
            case UNCONFINED -> Dispatchers.getUnconfined();
            case DEFAULT -> Dispatchers.getDefault();
        };
    }

    /** A dispatcher of Kotlin. */
    public enum Dispatcher {
        /** Continues where it is resumed. */
        UNCONFINED,
        /** A pool of threads, Kotlin's default. */
        DEFAULT
    }
}
