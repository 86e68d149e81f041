package dev.weft.examples;

import static dev.weft.examples.Row.limited;
import static dev.weft.examples.Row.name;
import static dev.weft.examples.Row.nothing;
import static dev.weft.examples.Row.outcome;
import static dev.weft.examples.Row.thrownBy;

import dev.weft.Async;
import dev.weft.reactor.ReactorAsync;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Runs small programs on a virtual thread, each with Reactor's {@code block()} or a similar method, and with Weft, and
 * prints what happened; with {@code -Dbackend=rxjava}, those of {@link WhatBlockingGetGetsWrong}.
 */
public final class WhatBlockGetsWrong {
    private WhatBlockGetsWrong() {}

    public static void main(String[] args) {
        // One program kills a worker of Reactor, which would be logged between the lines.
        System.setProperty("org.slf4j.simpleLogger.log.reactor.core", "off");
        if (Async.backend().id().equals("rxjava"))
            Row.print(
                    "blockingGet(), blockingFirst(), blockingIterable()",
                    WhatBlockingGetGetsWrong.measure(),
                    System.out);
        else Row.print("block(), blockFirst(), toIterable()", measure(), System.out);
    }

    static List<Row> measure() {
        return List.of(
                row("Mono fails with an AssertionError", WhatBlockGetsWrong::failure),
                row("1000 Monos fail with one shared exception", WhatBlockGetsWrong::sharedFailure),
                row("Mono has a value, then an error", WhatBlockGetsWrong::valueThenError),
                row("onError(null)", WhatBlockGetsWrong::nullError),
                row("NoClassDefFoundError on another thread", WhatBlockGetsWrong::fatalError),
                row("interrupt, then onSubscribe", WhatBlockGetsWrong::lateSubscription),
                row("interrupt, then a value and an error", WhatBlockGetsWrong::lateSignals),
                row("interrupt, and cancel() throws", WhatBlockGetsWrong::failingCancel),
                row("first value of a Flux of 1000", WhatBlockGetsWrong::first),
                row("break at the third value of a Flux of 1000", WhatBlockGetsWrong::leftLoop),
                row("loop over 1, 2, 3 and an error", WhatBlockGetsWrong::loopWithError),
                row("interrupt in hasNext(), then hasNext() again", WhatBlockGetsWrong::interruptedLoop));
    }

    // --- two ways of waiting

    private interface Waiting {
        <T> @Nullable T one(Mono<T> mono);

        <T> @Nullable T first(Flux<T> flux);

        <T> Iterable<T> loop(Flux<T> flux);

        <T> @Nullable T onAnotherThread(Callable<T> body);
    }

    private static final class Block implements Waiting {
        @Override
        public <T> @Nullable T one(Mono<T> mono) {
            return mono.block();
        }

        @Override
        public <T> @Nullable T first(Flux<T> flux) {
            return flux.blockFirst();
        }

        @Override
        public <T> Iterable<T> loop(Flux<T> flux) {
            return flux.toIterable();
        }

        @Override
        public <T> @Nullable T onAnotherThread(Callable<T> body) {
            return Mono.fromCallable(body)
                    .subscribeOn(Schedulers.boundedElastic())
                    .block();
        }
    }

    private static final class Weft implements Waiting {
        @Override
        public <T> @Nullable T one(Mono<T> mono) {
            return ReactorAsync.await(mono);
        }

        @Override
        public <T> T first(Flux<T> flux) {
            return ReactorAsync.awaitFirst(flux);
        }

        @Override
        public <T> Iterable<T> loop(Flux<T> flux) {
            return ReactorAsync.each(flux);
        }

        @Override
        public <T> @Nullable T onAnotherThread(Callable<T> body) {
            return ReactorAsync.await(ReactorAsync.mono(body));
        }
    }

    // --- programs with errors

    private static String failure(Waiting waiting) {
        var error = new AssertionError("wrong");
        Throwable thrown = thrownBy(() -> waiting.one(Mono.error(error)));
        return thrown == error ? "throws the AssertionError" : "throws " + name(thrown);
    }

    private static String sharedFailure(Waiting waiting) {
        var shared = new IllegalStateException("shared");
        for (int i = 0; i < 1000; i++)
            thrownBy(() -> waiting.one(Mono.error(shared).hide()));
        return "suppressed exceptions in it: " + shared.getSuppressed().length;
    }

    private static String valueThenError(Waiting waiting) {
        var mono = new ByHand(hand -> {
            hand.subscriber().onSubscribe(hand);
            hand.subscriber().onNext("value");
            hand.subscriber().onError(new IllegalStateException("failed after all"));
        });
        try (var lost = new Lost()) {
            return outcome(() -> waiting.one(mono)) + ", " + lost;
        }
    }

    private static String nullError(Waiting waiting) {
        var mono = new ByHand(hand -> {
            hand.subscriber().onSubscribe(hand);
            thrownBy(() -> {
                hand.subscriber().onError(nothing());
                return null;
            });
        });
        try (var lost = new Lost()) {
            return outcome(() -> waiting.one(mono)) + ", " + lost;
        }
    }

    private static String fatalError(Waiting waiting) {
        return outcome(() -> waiting.onAnotherThread(() -> {
            throw new NoClassDefFoundError("gone/Missing");
        }));
    }

    // --- programs with interrupts

    private static String lateSubscription(Waiting waiting) {
        var mono = new ByHand(hand -> {});
        interrupted(waiting, mono);
        mono.subscriber().onSubscribe(mono);
        return "cancels it: " + (mono.cancels.get() > 0);
    }

    private static String lateSignals(Waiting waiting) {
        var mono = new ByHand(hand -> hand.subscriber().onSubscribe(hand));
        try (var lost = new Lost()) {
            interrupted(waiting, mono);
            mono.subscriber().onNext("late");
            mono.subscriber().onError(new IllegalStateException("late"));
            return lost.toString();
        }
    }

    private static String failingCancel(Waiting waiting) {
        var mono = new ByHand(hand -> hand.subscriber().onSubscribe(hand)) {
            @Override
            public void cancel() {
                throw new IllegalStateException("cancel failed");
            }
        };
        return interrupted(waiting, mono);
    }

    /** Waits for a Mono on a thread that is interrupted after it has subscribed. {@return what the thread observed} */
    private static String interrupted(Waiting waiting, ByHand mono) {
        var task = new FutureTask<>(() -> {
            Throwable thrown = thrownBy(() -> waiting.one(mono));
            return "throws " + name(thrown) + ", interrupted: "
                    + Thread.currentThread().isInterrupted();
        });
        Thread thread = Thread.ofVirtual().start(task);
        return limited(() -> {
            mono.subscribed.await();
            thread.interrupt();
            return task.get();
        });
    }

    // --- programs with streams

    private static String first(Waiting waiting) {
        var requested = new AtomicLong();
        waiting.first(Flux.range(1, 1000).doOnRequest(requested::addAndGet));
        return requested.get() == Long.MAX_VALUE ? "requests all" : "requests " + requested.get();
    }

    private static String leftLoop(Waiting waiting) throws Exception {
        var requested = new AtomicLong();
        var cancelled = new AtomicBoolean();
        Iterable<Integer> loop = waiting.loop(
                Flux.range(1, 1000).doOnRequest(requested::addAndGet).doOnCancel(() -> cancelled.set(true)));
        for (int value : loop) if (value == 3) break;
        if (loop instanceof AutoCloseable closeable) closeable.close();
        return "requested " + requested.get() + ", cancelled: " + cancelled.get();
    }

    private static String loopWithError(Waiting waiting) {
        List<Integer> seen = new ArrayList<>();
        Throwable thrown = thrownBy(() -> {
            for (int value :
                    waiting.loop(Flux.just(1, 2, 3).concatWith(Mono.error(new IllegalStateException("after 3")))))
                seen.add(value);
            return null;
        });
        return "sees " + seen + ", then " + name(thrown);
    }

    private static String interruptedLoop(Waiting waiting) {
        return limited(() -> {
            Iterator<Object> values = waiting.loop(Flux.never()).iterator();
            Thread.currentThread().interrupt();
            String before = outcome(values::hasNext);
            Thread.interrupted();
            return before + ", then " + outcome(values::hasNext);
        });
    }

    // --- measuring

    private static Row row(String program, Program body) {
        return Row.of(program, () -> body.run(new Block()), () -> body.run(new Weft()));
    }

    /** A program that waits in a given way and says what it observed. */
    private interface Program {
        String run(Waiting waiting) throws Exception;
    }

    /** A Mono that is signalled by hand. */
    private static class ByHand extends Mono<String> implements Subscription {
        final CountDownLatch subscribed = new CountDownLatch(1);
        final AtomicInteger cancels = new AtomicInteger();
        private final Consumer<ByHand> script;
        private volatile @Nullable CoreSubscriber<? super String> subscriber;

        ByHand(Consumer<ByHand> script) {
            this.script = script;
        }

        CoreSubscriber<? super String> subscriber() {
            return Objects.requireNonNull(subscriber);
        }

        @Override
        public void subscribe(CoreSubscriber<? super String> actual) {
            subscriber = actual;
            script.accept(this);
            subscribed.countDown();
        }

        @Override
        public void request(long count) {}

        @Override
        public void cancel() {
            cancels.incrementAndGet();
        }
    }

    /** Notes what the hooks for late and unwanted signals receive. */
    private static final class Lost implements AutoCloseable {
        private final Set<String> reported = new TreeSet<>();
        private final List<dev.weft.Hooks.Handle> handles = List.of(
                dev.weft.Hooks.onDiscard(value -> reported.add("value")),
                dev.weft.Hooks.onViolation(violation -> reported.add("violation of rule " + violation.rule())));

        Lost() {
            Hooks.onNextDropped(value -> reported.add("value"));
            Hooks.onErrorDropped(error -> reported.add("error"));
        }

        @Override
        public void close() {
            Hooks.resetOnNextDropped();
            Hooks.resetOnErrorDropped();
            handles.forEach(dev.weft.Hooks.Handle::close);
        }

        @Override
        public String toString() {
            return "reports " + (reported.isEmpty() ? "nothing" : String.join(" and ", reported));
        }
    }
}
