package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.rethrowCancellation;

import dev.weft.AsyncAction;
import dev.weft.Deferred;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Work that outlives what has launched it. */
final class Background implements AutoCloseable {
    private final BlockingQueue<AsyncAction<?>> jobs = new LinkedBlockingQueue<>();
    private final Deferred<Void> life;

    Background(Consumer<Exception> failed) { // on a plain thread, where async starts a root
        life = async(() -> {
            while (true) {
                AsyncAction<?> job = jobs.take();
                async(() -> attempt(job, failed)); // a member of the root, and not of the request
            }
        });
    }

    void launch(AsyncAction<?> job) { // on any thread, an event loop included
        jobs.add(job);
    }

    private static void attempt(AsyncAction<?> job, Consumer<Exception> failed) {
        try {
            job.run();
        } catch (Exception failure) {
            rethrowCancellation(failure);
            failed.accept(failure); // else nobody hears of it before the root ends
        }
    }

    @Override
    public void close() { // cancels what runs, and waits for its clean-up
        life.cancel();
        gatherSettled(life);
    }
}
