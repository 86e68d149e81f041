package dev.weft;

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
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A source that follows a program, and what it has seen: what it produced, whom it gave a subscription, what came out of its
 * signals. The program runs inside {@code subscribe}; what it leaves for later runs, step by step, when the consumer waits.
 */
final class Script implements Flow.Publisher<Script.Token> {
    /** A value that is no other. */
    static final class Token {
        private final int number;

        private Token(int number) {
            this.number = number;
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    /** A subscription that counts. */
    final class Upstream implements Flow.Subscription {
        final AtomicInteger cancels = new AtomicInteger();
        private final AtomicReference<Thread> inside = new AtomicReference<>();

        @Override
        public void request(long count) {
            serially(() -> onRequest.accept(count));
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
            serially(onCancel);
        }

        /** Rule 2.7; a call inside another one, on the same thread, is one. */
        private void serially(Runnable call) {
            Thread before = inside.getAndSet(Thread.currentThread());
            if (before != null && before != Thread.currentThread())
                escaped.add(new AssertionError("rule 2.7: called while it was being called by " + before));
            try {
                call.run();
            } finally {
                inside.set(before);
            }
        }
    }

    final List<Token> produced = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final List<Upstream> upstreams = new CopyOnWriteArrayList<>();

    /** What came out of a signal that must not throw; or a signal that had to throw, and did not. */
    final List<Throwable> escaped = new CopyOnWriteArrayList<>();

    volatile boolean terminated;

    private final Consumer<Script> program;
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final Queue<Runnable> afterEnd = new ArrayDeque<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private volatile Flow.Subscriber<? super Token> to;
    private volatile LongConsumer onRequest = count -> {};
    private volatile Runnable onCancel = () -> {};

    Script(Consumer<Script> program) {
        this.program = program;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Token> subscriber) {
        to = subscriber;
        try {
            program.accept(this);
        } finally {
            subscribed.countDown();
        }
    }

    // --- what a program says

    void onRequest(LongConsumer action) {
        onRequest = action;
    }

    void onCancel(Runnable action) {
        onCancel = action;
    }

    Upstream subscription() {
        var upstream = new Upstream();
        upstreams.add(upstream);
        subscription(upstream);
        return upstream;
    }

    void subscription(Upstream upstream) {
        if (upstream == null) mustThrow(() -> to.onSubscribe(null));
        else signal(() -> to.onSubscribe(upstream));
    }

    void next() {
        var token = new Token(numbers.incrementAndGet());
        produced.add(token);
        signal(() -> to.onNext(token));
    }

    void nullValue() {
        mustThrow(() -> to.onNext(null));
    }

    void complete() {
        terminated = true;
        signal(() -> to.onComplete());
    }

    void fail(String message) {
        fail(new IllegalStateException(message));
    }

    void fail(Throwable error) {
        errors.add(error);
        echo(error);
    }

    /** An error that nobody has to be told of. */
    void echo(Throwable error) {
        terminated = true;
        signal(() -> to.onError(error));
    }

    void nullError() {
        mustThrow(() -> to.onError(null));
    }

    /** Throws out of the source itself. */
    void raise(Throwable error) {
        errors.add(error);
        throw Failures.<RuntimeException>sneak(error);
    }

    /** Blocks until it is interrupted, and says so in a failure of its own: nobody is told of that, since we have interrupted it. */
    void blockInterruptibly() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("interrupted");
        }
    }

    /** Takes its time without ever waiting. */
    void work(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) Thread.onSpinWait();
    }

    /** A step for when the consumer waits, on a thread of its own. */
    void later(Runnable action) {
        laterOn(task -> Thread.ofPlatform().start(task), action);
    }

    void laterOn(Executor executor, Runnable action) {
        later.add(() -> onAnother(executor, action));
    }

    /** Two steps at the same time. */
    void laterTogether(Runnable one, Runnable other) {
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

    /** A step for when the consumer has ended. */
    void afterEnd(Runnable action) {
        afterEnd.add(action);
    }

    // --- what the test says

    /** Runs the rest of the program, each step when the consumer waits. */
    void play(BooleanSupplier waiting) {
        until(
                "subscribed or blocked in subscribe",
                () -> to != null && (subscribed.getCount() == 0 || waiting.getAsBoolean()));
        for (Runnable step : later) {
            until("waiting for the next step", waiting);
            step.run();
        }
    }

    void playAfterEnd() {
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
            // as rule 2.13 wants it
        } catch (Throwable other) {
            escaped.add(other);
        }
    }
}
