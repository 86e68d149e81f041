package dev.weft.testing.sources;

import static dev.weft.testing.Watched.until;

import dev.weft.spi.Failures;
import dev.weft.testing.Latches;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.reactivestreams.Subscriber;

/**
 * A source that follows a program, and records what happened: what it produced, which subscriptions it passed, what its
 * signals threw. The program runs inside {@code subscribe}; the steps that it leaves for later run, one by one, when
 * the consumer waits.
 */
public class Script implements RawPublisher<Script.Token> {
    /** A value equal to no other. */
    public static final class Token {
        private final int number;

        private Token(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    public final List<Token> produced = new CopyOnWriteArrayList<>();
    public final List<Throwable> errors = new CopyOnWriteArrayList<>();
    public final List<Upstream> upstreams = new CopyOnWriteArrayList<>();

    /** What was thrown because the test had interrupted the script. */
    public final List<Throwable> answers = new CopyOnWriteArrayList<>();

    /** What the subscribe method threw. */
    public final List<Throwable> outOfSubscribe = new CopyOnWriteArrayList<>();

    /** What a signal threw that must not throw; or a note of a signal that should have thrown and did not. */
    public final List<Throwable> escaped = new CopyOnWriteArrayList<>();

    public volatile boolean terminated;

    private final Consumer<? super Script> program;
    private final Executor nonBlocking;
    private final Supplier<? extends Upstream> subscriptions;
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final Queue<Runnable> afterEnd = new ArrayDeque<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private volatile Subscriber<? super Token> to;
    private volatile LongConsumer onRequest = count -> {};
    private volatile Runnable onCancel = () -> {};

    /** Threads of the library that must not block, if it has such. */
    public Script(Consumer<? super Script> program, Executor nonBlocking) {
        this(program, nonBlocking, Upstream::new);
    }

    protected Script(
            Consumer<? super Script> program, Executor nonBlocking, Supplier<? extends Upstream> subscriptions) {
        this.program = program;
        this.nonBlocking = nonBlocking;
        this.subscriptions = subscriptions;
    }

    @Override
    public void subscribe(Subscriber<? super Token> subscriber) {
        to = subscriber;
        try {
            program.accept(this);
        } catch (Throwable thrown) {
            outOfSubscribe.add(thrown);
            throw thrown;
        } finally {
            subscribed.countDown();
        }
    }

    // --- what a program says

    public void onRequest(LongConsumer action) {
        onRequest = action;
    }

    public void onCancel(Runnable action) {
        onCancel = action;
    }

    public Upstream subscription() {
        Upstream upstream =
                subscriptions.get().onRequest(count -> onRequest.accept(count)).onCancel(() -> onCancel.run());
        upstreams.add(upstream);
        subscription(upstream);
        return upstream;
    }

    public void subscription(Upstream upstream) {
        if (upstream == null) mustThrow(() -> to.onSubscribe(null));
        else signal(() -> to.onSubscribe(upstream));
    }

    public void next() {
        var token = new Token(numbers.incrementAndGet());
        produced.add(token);
        signal(() -> to.onNext(token));
    }

    public void nullValue() {
        mustThrow(() -> to.onNext(null));
    }

    public void complete() {
        terminated = true;
        signal(() -> to.onComplete());
    }

    public void fail(String message) {
        fail(new IllegalStateException(message));
    }

    public void fail(Throwable error) {
        errors.add(error);
        echo(error);
    }

    /** An error that need not be reported. */
    public void echo(Throwable error) {
        terminated = true;
        signal(() -> to.onError(error));
    }

    public void nullError() {
        mustThrow(() -> to.onError(null));
    }

    /** Throws from the source itself. */
    public void raise(Throwable error) {
        errors.add(error);
        throw Failures.<RuntimeException>sneak(error);
    }

    /**
     * Blocks until it is interrupted, and throws that as its own failure, which is expected: the test has interrupted
     * it.
     */
    public void blockInterruptibly() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            var answer = new IllegalStateException("interrupted");
            answers.add(answer);
            throw answer;
        }
    }

    /** Computes for a while without ever waiting. */
    public void work(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) Thread.onSpinWait();
    }

    /** Adds a step for when the consumer waits, on its own thread. */
    public void later(Runnable action) {
        laterOn(task -> Thread.ofPlatform().start(task), action);
    }

    /** Adds a step for when the consumer waits, on a thread that must not block. */
    public void laterWithoutBlocking(Runnable action) {
        laterOn(nonBlocking, action);
    }

    public void laterOn(Executor executor, Runnable action) {
        later.add(() -> onAnother(executor, action));
    }

    /** Adds two steps that run at the same time. */
    public void laterTogether(Runnable one, Runnable other) {
        later.add(() -> {
            var go = new CountDownLatch(2);
            Thread second = Thread.ofPlatform().start(() -> {
                Latches.race(go);
                other.run();
            });
            onAnother(task -> Thread.ofPlatform().start(task), () -> {
                Latches.race(go);
                one.run();
            });
            until("joined", () -> !second.isAlive());
        });
    }

    /** Adds a step for when the consumer has ended. */
    public void afterEnd(Runnable action) {
        afterEnd.add(action);
    }

    // --- what the test says

    /** Runs the rest of the program, each step when the consumer waits. */
    public void play(BooleanSupplier waiting) {
        until(
                "subscribed or blocked in subscribe",
                () -> to != null && (subscribed.getCount() == 0 || waiting.getAsBoolean()));
        for (Runnable step : later) {
            until("waiting for the next step", waiting);
            step.run();
        }
    }

    public void playAfterEnd() {
        afterEnd.forEach(Runnable::run);
    }

    private static void onAnother(Executor executor, Runnable action) {
        var done = new CountDownLatch(1);
        executor.execute(() -> {
            try {
                action.run();
            } finally {
                done.countDown();
            }
        });
        Latches.awaitUninterruptibly(done);
    }

    private void signal(Runnable call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            escaped.add(thrown);
        }
    }

    private void mustThrow(Runnable call) {
        try {
            call.run();
            escaped.add(new AssertionError("rule 2.13: null was accepted"));
        } catch (NullPointerException expected) {
            // as rule 2.13 requires
        } catch (Throwable other) {
            escaped.add(other);
        }
    }
}
