package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.spi.CoroutineOptions;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subjects.SingleSubject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Coroutines on a scheduler: each has a worker, stays on it, and releases it. */
class OnSchedulerTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private final Counted turns = new Counted(RxJavaPlugins.createNewThreadScheduler(threads("turns")));
    private final Scheduler other = RxJavaPlugins.createSingleScheduler(threads("other"));

    @BeforeEach
    void supported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    @AfterEach
    void shutDown() {
        turns.shutdown();
        other.shutdown();
        RxJavaPlugins.setErrorHandler(null);
    }

    private static ThreadFactory threads(String name) {
        var number = new AtomicInteger();
        return task -> new Thread(task, name + "-" + number.incrementAndGet());
    }

    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        String name = Thread.currentThread().toString();
        return name.substring(name.lastIndexOf('@') + 1);
    }

    @Test
    void aCoroutineStaysOnItsWorkerHoweverItIsWoken() {
        List<String> carriers = new CopyOnWriteArrayList<>();
        Single<String> foreign = Single.just("value").observeOn(other);
        maybe(on(turns), () -> {
                    carriers.add(carrier());
                    await(foreign);
                    carriers.add(carrier());
                    delay(MILLI);
                    carriers.add(carrier());
                    Thread.sleep(1);
                    carriers.add(carrier());
                    try (var values = each(foreign.repeat(3))) {
                        for (String value : values) carriers.add(value + " on " + carrier());
                    }
                    return null;
                })
                .blockingGet();
        String own = carriers.get(0);
        assertThat(own).startsWith("turns-");
        assertThat(carriers.subList(1, 4)).containsOnly(own);
        assertThat(carriers.subList(4, carriers.size())).containsOnly("value on " + own);
        turns.allGivenBack(1);
    }

    @Test
    void coroutinesOnOneThreadNeverRunTwoAtATime() {
        var busy = new AtomicInteger();
        List<Coroutine<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++)
            all.add(coroutine(() -> {
                for (int step = 0; step < 10; step++) {
                    assertThat(busy.incrementAndGet()).isEqualTo(1);
                    assertThat(carrier()).startsWith("other-");
                    Thread.onSpinWait();
                    busy.decrementAndGet();
                    if (step % 2 == 0) delay(MILLI);
                    else await(Single.just(step).observeOn(turns));
                }
                return 10;
            }));
        assertThat(maybe(on(other), () -> gather(all)).blockingGet())
                .hasSize(20)
                .containsOnly(10);
    }

    /** A worker of this scheduler is a thread. */
    @Test
    void aChildHasAWorkerOfItsOwn() {
        var childRuns = new AtomicBoolean();
        String carriers = maybe(on(turns), () -> {
                    var child = async(() -> {
                        childRuns.set(true);
                        return carrier();
                    });
                    Watched.until("running beside its parent", childRuns::get);
                    return carrier() + " " + child.await();
                })
                .blockingGet();
        assertThat(carriers.split(" ")).doesNotHaveDuplicates().allMatch(name -> name.startsWith("turns-"));
        turns.allGivenBack(2);
    }

    @Test
    void aCoroutineThatBlocksFreesTheThread() {
        var latch = new CountDownLatch(1);
        var blocks = maybe(on(other), () -> {
                    latch.await();
                    return carrier();
                })
                .toCompletionStage()
                .toCompletableFuture();
        other.scheduleDirect(latch::countDown);
        assertThat(blocks.join()).startsWith("other-");
    }

    @Test
    void aGeneratorRunsThereToo() {
        assertThat(RxAsync.<String>flowable(on(turns), out -> {
                            for (int i = 0; i < 3; i++) {
                                delay(MILLI);
                                out.emit(carrier());
                            }
                        })
                        .toList()
                        .blockingGet())
                .hasSize(3)
                .allMatch(name -> name.startsWith("turns-"));
        turns.allGivenBack(1);
    }

    /** However they end: with a value, a failure, cancelled while they wait or before they have run. */
    @Test
    void noWorkerIsKept() {
        List<Disposable> left = new ArrayList<>();
        List<Maybe<?>> ended = new ArrayList<>();
        var dispatcher = on(turns);
        for (int i = 0; i < 100; i++) {
            ended.add(maybe(dispatcher, () -> await(Single.just(1).observeOn(other)))
                    .cache());
            ended.add(maybe(dispatcher, () -> {
                        throw new IllegalStateException("failure");
                    })
                    .onErrorComplete()
                    .cache());
            left.add(maybe(dispatcher, () -> await(Single.never())).subscribe());
        }
        ended.forEach(Maybe::subscribe);
        ended.forEach(Maybe::blockingGet);
        left.forEach(Disposable::dispose);
        turns.allGivenBack(turns.taken.get());
    }

    @Test
    void aSchedulerThatWasShutDownFailsTheCoroutine() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        RxJavaPlugins.setErrorHandler(reported::add);
        var counted = new Counted(other);
        other.shutdown();
        assertThat(catchThrowable(() -> maybe(on(counted), () -> "never").blockingGet()))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("RxAsync.on(scheduler) takes no more steps");
        counted.allGivenBack(1);
        assertThat(reported)
                .singleElement()
                .extracting(Throwable::getCause)
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aSchedulerThatIsShutDownLaterFailsTheCoroutineAndLetsItCleanUp() {
        SingleSubject<String> signal = SingleSubject.create();
        var cleaned = new CountDownLatch(1);
        var subscribed = new CountDownLatch(1);
        Deferred<?> handle = coroutine(() -> {
                    try {
                        return await(signal.doOnSubscribe(s -> subscribed.countDown()));
                    } finally {
                        cleaned.countDown();
                    }
                })
                .on(on(other))
                .start();
        Latches.await(subscribed);
        var behindTheTurn = new CountDownLatch(1);
        other.scheduleDirect(behindTheTurn::countDown);
        Latches.await(behindTheTurn);
        RxJavaPlugins.setErrorHandler(reported -> {});
        other.shutdown();
        signal.onSuccess("value");
        assertThat(catchThrowable(handle::await)).isInstanceOf(RejectedExecutionException.class);
        Latches.await(cleaned);
    }

    @Test
    void aSchedulerThatRunsTurnsInTheCallerFailsTheCoroutine() {
        assertThat(catchThrowable(
                        () -> maybe(on(Schedulers.trampoline()), () -> "never").blockingGet()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("RxAsync.on(scheduler)")
                .hasMessageContaining("inside the call that hands them over");
    }

    @Test
    void aSchedulerOfVirtualThreadsFailsTheCoroutine() {
        Scheduler virtual = Schedulers.from(Thread::startVirtualThread);
        assertThat(catchThrowable(() -> maybe(on(virtual), () -> "never").blockingGet()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on virtual threads");
    }

    /** The thread that advances the time carries the coroutine. */
    @Test
    void theSchedulerOfAVirtualClockRunsTurnsWhenItIsTold() {
        var clock = new TestScheduler();
        var turns = new Counted(clock);
        var observer = maybe(on(turns), () -> {
                    String first = carrier();
                    await(Single.timer(1, TimeUnit.HOURS, clock));
                    return first + " " + carrier();
                })
                .test();
        Thread.currentThread().setName("test");
        Watched.until("done", () -> {
            clock.advanceTimeBy(1, TimeUnit.HOURS);
            return observer.values().size() == 1;
        });
        observer.assertValue("test test");
        turns.allGivenBack(1);
    }

    /** A scheduler that counts its workers. */
    private static final class Counted extends Scheduler {
        final AtomicInteger taken = new AtomicInteger();
        final AtomicInteger given = new AtomicInteger();
        private final Scheduler scheduler;

        Counted(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        void allGivenBack(int taken) {
            assertThat(this.taken).hasValue(taken);
            Watched.until("all given back", () -> given.get() == taken);
        }

        @Override
        public void shutdown() {
            scheduler.shutdown();
        }

        @Override
        public Worker createWorker() {
            Worker worker = scheduler.createWorker();
            taken.incrementAndGet();
            return new Worker() {
                @Override
                public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                    return worker.schedule(task, delay, unit);
                }

                @Override
                public void dispose() {
                    worker.dispose();
                    given.incrementAndGet();
                }

                @Override
                public boolean isDisposed() {
                    return worker.isDisposed();
                }
            };
        }
    }
}
