package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.spi.CoroutineOptions;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Coroutines on a scheduler: each has a worker, stays on it, and releases it. */
class OnSchedulerTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private final Counted turns = new Counted(Schedulers.newParallel("turns", 2));
    private final Scheduler other = Schedulers.newSingle("other");

    @BeforeEach
    void supported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    @AfterEach
    void shutDown() {
        turns.dispose();
        other.dispose();
    }

    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        String name = Thread.currentThread().toString();
        return name.substring(name.lastIndexOf('@') + 1);
    }

    @Test
    void aCoroutineStaysOnItsWorkerHoweverItIsWoken() {
        List<String> carriers = new CopyOnWriteArrayList<>();
        Mono<String> foreign = Mono.just("value").publishOn(other);
        mono(on(turns), () -> {
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
                .block();
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
                    else await(Mono.just(step).publishOn(turns));
                }
                return 10;
            }));
        assertThat(mono(on(other), () -> gather(all)).block()).hasSize(20).containsOnly(10);
    }

    /** This scheduler serves one worker on the one thread, the next on the other. */
    @Test
    void aChildHasAWorkerOfItsOwn() {
        var childRuns = new AtomicBoolean();
        String carriers = mono(on(turns), () -> {
                    var child = async(() -> {
                        childRuns.set(true);
                        return carrier();
                    });
                    Watched.until("running beside its parent", childRuns::get);
                    return carrier() + " " + child.await();
                })
                .block();
        assertThat(carriers.split(" ")).doesNotHaveDuplicates().allMatch(name -> name.startsWith("turns-"));
        turns.allGivenBack(2);
    }

    @Test
    void aCoroutineThatBlocksFreesTheThread() {
        var latch = new CountDownLatch(1);
        var blocks = mono(on(other), () -> {
                    latch.await();
                    return carrier();
                })
                .toFuture();
        other.schedule(latch::countDown);
        assertThat(blocks.join()).startsWith("other-");
    }

    @Test
    void aGeneratorRunsThereToo() {
        assertThat(ReactorAsync.<String>flux(on(turns), out -> {
                            for (int i = 0; i < 3; i++) {
                                delay(MILLI);
                                out.emit(carrier());
                            }
                        })
                        .collectList()
                        .block())
                .hasSize(3)
                .allMatch(name -> name.startsWith("turns-"));
        turns.allGivenBack(1);
    }

    /** However they end: with a value, a failure, cancelled while they wait or before they have run. */
    @Test
    void noWorkerIsKept() {
        List<Disposable> left = new ArrayList<>();
        List<Mono<?>> ended = new ArrayList<>();
        var dispatcher = on(turns);
        for (int i = 0; i < 100; i++) {
            ended.add(
                    mono(dispatcher, () -> await(Mono.just(1).publishOn(other))).cache());
            ended.add(mono(dispatcher, () -> {
                        throw new IllegalStateException("failure");
                    })
                    .onErrorComplete()
                    .cache());
            left.add(mono(dispatcher, () -> await(Mono.never())).subscribe());
        }
        ended.forEach(Mono::subscribe);
        ended.forEach(Mono::block);
        left.forEach(Disposable::dispose);
        turns.allGivenBack(turns.taken.get());
    }

    @Test
    void aSchedulerThatWasShutDownFailsTheCoroutine() {
        var counted = new Counted(other);
        other.dispose();
        assertThat(catchThrowable(() -> mono(on(counted), () -> "never").block()))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("ReactorAsync.on(scheduler) takes no more steps");
        counted.allGivenBack(1);
    }

    @Test
    void aSchedulerThatIsShutDownLaterFailsTheCoroutineAndLetsItCleanUp() {
        Sinks.One<String> signal = Sinks.one();
        var cleaned = new CountDownLatch(1);
        var subscribed = new CountDownLatch(1);
        Deferred<?> handle = coroutine(() -> {
                    try {
                        return await(signal.asMono().doOnSubscribe(s -> subscribed.countDown()));
                    } finally {
                        cleaned.countDown();
                    }
                })
                .on(on(other))
                .start();
        Latches.await(subscribed);
        var behindTheTurn = new CountDownLatch(1);
        other.schedule(behindTheTurn::countDown);
        Latches.await(behindTheTurn);
        other.dispose();
        signal.tryEmitValue("value");
        assertThat(catchThrowable(handle::await)).isInstanceOf(RejectedExecutionException.class);
        Latches.await(cleaned);
    }

    @Test
    void aSchedulerThatRunsTurnsInTheCallerFailsTheCoroutine() {
        assertThat(catchThrowable(
                        () -> mono(on(Schedulers.immediate()), () -> "never").block()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ReactorAsync.on(scheduler)")
                .hasMessageContaining("inside the call that hands them over");
    }

    @Test
    void aSchedulerOfVirtualThreadsFailsTheCoroutine() {
        Scheduler virtual = Schedulers.fromExecutor(Thread::startVirtualThread);
        assertThat(catchThrowable(() -> mono(on(virtual), () -> "never").block()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on virtual threads");
    }

    /** It runs what is due inside {@code schedule}. */
    @Test
    void theSchedulerOfAVirtualClockFailsTheCoroutine() {
        assertThat(catchThrowable(() ->
                        mono(on(VirtualTimeScheduler.create()), () -> "never").block()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside the call that hands them over");
    }

    /** A scheduler that counts its workers. */
    private static final class Counted implements Scheduler {
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
        public Disposable schedule(Runnable task) {
            return scheduler.schedule(task);
        }

        @Override
        public void dispose() {
            scheduler.dispose();
        }

        @Override
        public Worker createWorker() {
            Worker worker = scheduler.createWorker();
            taken.incrementAndGet();
            return new Worker() {
                @Override
                public Disposable schedule(Runnable task) {
                    return worker.schedule(task);
                }

                @Override
                public void dispose() {
                    worker.dispose();
                    given.incrementAndGet();
                }
            };
        }
    }
}
