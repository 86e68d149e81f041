package dev.weft.tck;

import dev.weft.Async;
import dev.weft.Context;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 8: threads and context, {@code Backend.mayBlock} and {@code Backend.propagate}. */
abstract class ThreadRules extends Fixture {
    ThreadRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule801_aPlainThreadMayBlock() {
        for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual()))
            patience.run(
                    builder,
                    "mayBlock did not return",
                    () -> require(
                            backend.mayBlock(), "it forbids " + Thread.currentThread() + ", a plain thread, to block"));
    }

    @Test
    void rule802_aThreadOfTheLibraryMayNot() {
        var allowed = new CompletableFuture<Boolean>();
        nonBlocking().execute(() -> allowed.complete(backend.mayBlock()));
        patience.until("the non-blocking thread ran nothing", allowed::isDone);
        requireEqual(false, allowed.join(), "whether a non-blocking thread may block");
    }

    @Test
    void rule803_aThreadOfTheLibraryMaySignal() {
        Executor nonBlocking = nonBlocking();
        Later later = later();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        var value = new Token("value");
        nonBlocking.execute(() -> later.value(value));
        requireSame(value, subject.value(), "what an await returns if a non-blocking thread has signalled");
    }

    @Test
    void rule804_whatIsPropagatedRunsTheBodyOnceEachTimeWhereItIsRun() {
        var runs = new AtomicInteger();
        var thread = new AtomicReference<@Nullable Thread>();
        Runnable propagated = backend.propagate(Context.empty(), () -> {
            runs.incrementAndGet();
            thread.set(Thread.currentThread());
        });
        requireEqual(0, runs.get(), "the number of runs before it was run");
        var ranOn = new AtomicReference<@Nullable Thread>();
        patience.run(Thread.ofVirtual(), "what is propagated did not return", () -> {
            ranOn.set(Thread.currentThread());
            propagated.run();
        });
        requireEqual(1, runs.get(), "the number of runs");
        requireSame(ranOn.get(), thread.get(), "the thread of the body");
        propagated.run();
        requireEqual(2, runs.get(), "the number of runs after it was run again");
        requireSame(Thread.currentThread(), thread.get(), "the thread of the body that was run again");
    }

    @Test
    void rule805_whatIsPropagatedPassesFailuresThrough() {
        var failure = new IllegalStateException("failure");
        Runnable propagated = backend.propagate(Context.empty(), () -> {
            throw failure;
        });
        requireSame(failure, thrownBy(propagated), "what comes out of the propagated body");
    }

    @Test
    void rule806_theContextIsSeenInside() {
        Object source = backend.createOne(
                () -> Async.context().getOrDefault("key", "nothing"), CoroutineOptions.NONE, sources.one());
        SubjectTask subject = coroutine(() -> Async.withContext(
                "key", "value", () -> backend.one(source, AwaitMode.MAYBE).await()));
        needCold();
        requireEqual("value", subject.value(), "what a coroutine that is awaited sees in its context");
    }

    @Test
    void rule807_theInterruptFlagStaysWithTheStarter() {
        var inherited = new AtomicBoolean();
        var kept = new AtomicBoolean();
        Recorder recorder = Recorder.eager(patience);
        patience.run(Thread.ofPlatform(), "subscribing on an interrupted thread did not return", () -> {
            Thread.currentThread().interrupt();
            subscribe(
                    backend.createOne(
                            () -> {
                                inherited.set(Thread.currentThread().isInterrupted());
                                return "value";
                            },
                            CoroutineOptions.NONE,
                            sources.one()),
                    recorder);
            kept.set(Thread.interrupted());
        });
        recorder.ended();
        require(!inherited.get(), "the interrupt flag of the thread that subscribed is set in the coroutine");
        require(kept.get(), "the thread that subscribed has lost its interrupt flag");
    }

    private Executor nonBlocking() {
        return need(sources.nonBlocking(), "nonBlocking");
    }

    private static @Nullable Throwable thrownBy(Runnable action) {
        try {
            action.run();
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }
}
