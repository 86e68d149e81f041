package dev.weft.examples;

import static dev.weft.examples.Row.limited;
import static dev.weft.examples.Row.name;
import static dev.weft.examples.Row.nothing;
import static dev.weft.examples.Row.outcome;
import static dev.weft.examples.Row.thrownBy;

import dev.weft.Hooks;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Small programs on a virtual thread, each with RxJava's {@code blockingGet()} or a similar method, and with Weft. */
final class WhatBlockingGetGetsWrong {
    private WhatBlockingGetGetsWrong() {}

    static List<Row> measure() {
        return List.of(
                row("Single fails with an IOException", WhatBlockingGetGetsWrong::failure),
                row("Single has two values", WhatBlockingGetGetsWrong::twoValues),
                row("Single has a value, then an error", WhatBlockingGetGetsWrong::valueThenError),
                row("onSuccess(null)", WhatBlockingGetGetsWrong::nullValue),
                row("onError(null)", WhatBlockingGetGetsWrong::nullError),
                row("NoClassDefFoundError on another thread", WhatBlockingGetGetsWrong::fatalError),
                row("interrupt", WhatBlockingGetGetsWrong::interrupted),
                row("interrupt, while another thread sleeps", WhatBlockingGetGetsWrong::interruptedSleep),
                row("first value of a Flowable of 1000", WhatBlockingGetGetsWrong::first),
                row("break at the third value of a Flowable of 1000", WhatBlockingGetGetsWrong::leftLoop),
                row("loop over 1, 2, 3 and an error", WhatBlockingGetGetsWrong::loopWithError),
                row("interrupt in hasNext(), then hasNext() again", WhatBlockingGetGetsWrong::interruptedLoop));
    }

    // --- two ways of waiting

    private interface Waiting {
        <T> T one(Single<T> single) throws IOException;

        <T> T first(Flowable<T> flowable);

        <T> Iterable<T> loop(Flowable<T> flowable);

        <T> T onAnotherThread(Callable<T> body);
    }

    private static final class Block implements Waiting {
        @Override
        public <T> T one(Single<T> single) {
            return single.blockingGet();
        }

        @Override
        public <T> T first(Flowable<T> flowable) {
            return flowable.blockingFirst();
        }

        @Override
        public <T> Iterable<T> loop(Flowable<T> flowable) {
            return flowable.blockingIterable();
        }

        @Override
        public <T> T onAnotherThread(Callable<T> body) {
            return Single.fromCallable(body).subscribeOn(Schedulers.io()).blockingGet();
        }
    }

    private static final class Weft implements Waiting {
        @Override
        public <T> T one(Single<T> single) throws IOException {
            return RxAsync.await(single, IOException.class);
        }

        @Override
        public <T> T first(Flowable<T> flowable) {
            return RxAsync.awaitFirst(flowable);
        }

        @Override
        public <T> Iterable<T> loop(Flowable<T> flowable) {
            return RxAsync.each(flowable);
        }

        @Override
        public <T> T onAnotherThread(Callable<T> body) {
            return RxAsync.await(RxAsync.single(body));
        }
    }

    // --- programs with errors

    private static String failure(Waiting waiting) {
        return outcome(() -> waiting.one(Single.error(new IOException("no"))));
    }

    private static String twoValues(Waiting waiting) {
        return byHand(waiting, observer -> {
            observer.onSuccess("first");
            observer.onSuccess("second");
        });
    }

    private static String valueThenError(Waiting waiting) {
        return byHand(waiting, observer -> {
            observer.onSuccess("value");
            observer.onError(new IllegalStateException("failed after all"));
        });
    }

    private static String nullValue(Waiting waiting) {
        return byHand(waiting, observer -> observer.onSuccess(nothing()));
    }

    private static String nullError(Waiting waiting) {
        return byHand(waiting, observer -> observer.onError(nothing()));
    }

    private static String byHand(Waiting waiting, Consumer<SingleObserver<? super String>> signals) {
        Single<String> single = Single.unsafeCreate(observer -> {
            observer.onSubscribe(Disposable.empty());
            thrownBy(() -> {
                signals.accept(observer);
                return null;
            });
        });
        try (var lost = new Lost()) {
            return outcome(() -> waiting.one(single)) + ", " + lost;
        }
    }

    private static String fatalError(Waiting waiting) {
        RxJavaPlugins.setErrorHandler(error -> {}); // else it would be printed between the lines
        return outcome(() -> waiting.onAnotherThread(() -> {
            throw new NoClassDefFoundError("gone/Missing");
        }));
    }

    // --- programs with interrupts

    private static String interrupted(Waiting waiting) {
        var waits = new CountDownLatch(1);
        return interrupted(waits, () -> waiting.one(Single.never().doOnSubscribe(on -> waits.countDown())));
    }

    private static String interruptedSleep(Waiting waiting) throws InterruptedException {
        var sleeps = new CountDownLatch(1);
        var sleeper = new AtomicReference<Thread>();
        try (var lost = new Lost()) {
            interrupted(
                    sleeps,
                    () -> waiting.onAnotherThread(() -> {
                        sleeper.set(Thread.currentThread());
                        sleeps.countDown();
                        Thread.sleep(60_000);
                        return "slept";
                    }));
            lost.settle(Objects.requireNonNull(sleeper.get()));
            return lost.toString();
        }
    }

    /** Runs something on a thread that is interrupted when it waits. {@return what the thread observed} */
    private static String interrupted(CountDownLatch waits, Callable<?> body) {
        var task = new FutureTask<>(() -> "throws " + name(thrownBy(body)) + ", interrupted: "
                + Thread.currentThread().isInterrupted());
        Thread thread = Thread.ofVirtual().start(task);
        return limited(() -> {
            waits.await();
            thread.interrupt();
            return task.get();
        });
    }

    // --- programs with streams

    private static String first(Waiting waiting) {
        var requested = new AtomicLong();
        waiting.first(Flowable.range(1, 1000).doOnRequest(requested::addAndGet));
        return requested.get() == Long.MAX_VALUE ? "requests all" : "requests " + requested.get();
    }

    private static String leftLoop(Waiting waiting) throws Exception {
        var requested = new AtomicLong();
        var cancelled = new AtomicBoolean();
        Iterable<Integer> loop = waiting.loop(
                Flowable.range(1, 1000).doOnRequest(requested::addAndGet).doOnCancel(() -> cancelled.set(true)));
        for (int value : loop) if (value == 3) break;
        if (loop instanceof AutoCloseable closeable) closeable.close();
        return "requested " + requested.get() + ", cancelled: " + cancelled.get();
    }

    private static String loopWithError(Waiting waiting) {
        List<Integer> seen = new ArrayList<>();
        Flowable<Integer> values = Flowable.just(1, 2, 3);
        Throwable thrown = thrownBy(() -> {
            for (int value : waiting.loop(values.concatWith(Flowable.error(new IllegalStateException("after 3")))))
                seen.add(value);
            return null;
        });
        return "sees " + seen + ", then " + name(thrown);
    }

    private static String interruptedLoop(Waiting waiting) {
        Iterator<Object> values = waiting.loop(Flowable.never()).iterator();
        Thread.currentThread().interrupt();
        String before = outcome(values::hasNext);
        Thread.interrupted();
        return before + ", then " + outcome(values::hasNext);
    }

    // --- measuring

    private static Row row(String program, Program body) {
        return Row.of(program, () -> body.run(new Block()), () -> body.run(new Weft()));
    }

    /** A program that waits in a given way and says what it observed. */
    private interface Program {
        String run(Waiting waiting) throws Exception;
    }

    /** Notes what the hooks for late and unwanted signals receive. */
    private static final class Lost implements AutoCloseable {
        private final Set<String> reported = new ConcurrentSkipListSet<>();
        private final CountDownLatch errors = new CountDownLatch(1);
        private final List<Hooks.Handle> handles = List.of(
                Hooks.onDiscard(value -> reported.add("value")),
                Hooks.onViolation(violation -> reported.add("violation of rule " + violation.rule())));

        Lost() {
            RxJavaPlugins.setErrorHandler(error -> {
                reported.add(name(error));
                errors.countDown();
            });
        }

        /** Waits until a thread has made its report: a thread of a pool does not end. */
        void settle(Thread thread) throws InterruptedException {
            if (thread.isVirtual()) thread.join();
            else errors.await();
        }

        @Override
        public void close() {
            RxJavaPlugins.setErrorHandler(null);
            handles.forEach(Hooks.Handle::close);
        }

        @Override
        public String toString() {
            return "reports " + (reported.isEmpty() ? "nothing" : String.join(" and ", reported));
        }
    }
}
