package dev.weft.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What the columns share. */
final class Plain {
    private Plain() {}

    /** Runs code on a new virtual thread without Weft, and waits for its result on the current thread. */
    static int onVirtualThread(Callable<Integer> body) throws ExecutionException, InterruptedException {
        var task = new FutureTask<>(body);
        Thread.ofVirtual().start(task);
        return task.get();
    }

    /** Fails a benchmark that has not done its work. */
    static int require(int expected, @Nullable Integer actual) {
        if (actual == null || actual != expected)
            throw new IllegalStateException("the column came to " + actual + " instead of " + expected);
        return actual;
    }
}
