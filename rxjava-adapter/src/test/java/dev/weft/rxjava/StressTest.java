package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.Hooks;
import dev.weft.testing.sources.Probe;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Thousands of coroutines under random cancellations: no coroutine is left behind and no value is lost or seen twice.
 *
 * <p>RxJava's own operators let go of a value that their disposal overtakes. So a value here comes from our own source,
 * straight to an await or an iteration.
 */
class StressTest {
    private static final int COROUTINES = 5_000;

    private final LongAdder bodies = new LongAdder();
    private final LongAdder ends = new LongAdder();

    /** Values that were requested, and those that were passed on, to a subscriber that still wants them or to the hook. */
    private final LongAdder asked = new LongAdder();

    private final LongAdder passed = new LongAdder();
    private final Resources resources = new Resources();
    private final List<Throwable> reported = new CopyOnWriteArrayList<>();
    private Hooks.Handle discarding;

    @BeforeEach
    void setHooks() {
        discarding = Hooks.onDiscard(value -> {
            if (value instanceof Resource resource) resources.close(resource);
        });
        RxJavaPlugins.setErrorHandler(reported::add);
    }

    @AfterEach
    void restoreHooks() {
        discarding.close();
        RxJavaPlugins.setErrorHandler(null);
    }

    /** A value that is no other. */
    private static final class Resource {}

    /** Values that must each be received or discarded, once. */
    private static final class Resources {
        private final Set<Resource> open = ConcurrentHashMap.newKeySet();
        private final LongAdder twice = new LongAdder();

        Resource make() {
            var resource = new Resource();
            open.add(resource);
            return resource;
        }

        void close(Resource resource) {
            if (!open.remove(resource)) twice.increment();
        }
    }

    /** A resource from another thread, which does not look whether anybody still wants it. */
    private Single<Resource> resource() {
        return new RxProbe<Resource>(p -> {
                    p.subscription();
                    asked.increment();
                    if (ThreadLocalRandom.current().nextBoolean()) pass(p);
                    else Schedulers.computation().scheduleDirect(() -> pass(p));
                })
                .single();
    }

    private void pass(Probe<Resource> to) {
        to.next(resources.make());
        passed.increment();
    }

    private Single<Integer> coroutine(int n) {
        return single(() -> {
            bodies.increment();
            try {
                Resource mine = await(resource());
                try {
                    return n % 3 == 0 ? async(() -> use(n)).await() : use(n);
                } finally {
                    resources.close(mine);
                }
            } finally {
                ends.increment();
            }
        });
    }

    private static int use(int n) {
        await(Single.just(n).observeOn(Schedulers.computation()));
        return awaitFirst(Flowable.just(n, n).hide());
    }

    private void everythingIsOver() {
        until("over", () -> bodies.sum() == ends.sum() && asked.sum() == passed.sum());
        until("closed", resources.open::isEmpty);
        assertThat(resources.twice.sum()).isZero();
        assertThat(reported).isEmpty();
    }

    @RepeatedTest(3)
    void thousandsOfCoroutinesRunToTheirEnd() {
        long count = Flowable.range(0, COROUTINES)
                .flatMapSingle(this::coroutine, false, 256)
                .count()
                .blockingGet();
        assertThat(count).isEqualTo(COROUTINES);
        everythingIsOver();
    }

    @RepeatedTest(3)
    void randomCancellationsLeaveNothingBehind() {
        var running = new ArrayList<Disposable>();
        for (int n = 0; n < COROUTINES; n++) {
            running.add(coroutine(n).subscribe());
            if (running.size() == 64) {
                int which = ThreadLocalRandom.current().nextInt(64);
                running.remove(which).dispose();
                if (which % 8 == 0) {
                    running.forEach(Disposable::dispose);
                    running.clear();
                }
            }
        }
        running.forEach(Disposable::dispose);
        everythingIsOver();
    }

    @RepeatedTest(3)
    void generatorsAndIterationsThatAreLeftAnywhereLoseNothing() {
        var received = new LongAdder();
        Flowable.range(0, 500)
                .flatMapSingle(
                        n -> single(() -> {
                            bodies.increment();
                            int leaveAt = ThreadLocalRandom.current().nextInt(30);
                            try (AsyncIterator<Resource> values = each(generator(), 1 + n % 16)) {
                                for (int i = 0; i < leaveAt && values.hasNext(); i++) {
                                    resources.close(values.next());
                                    received.increment();
                                }
                            } finally {
                                ends.increment();
                            }
                            return n;
                        }),
                        false,
                        16)
                .ignoreElements()
                .blockingAwait();
        everythingIsOver();
        assertThat(received.sum()).isPositive();
    }

    private Flowable<Resource> generator() {
        return flowable(out -> {
            bodies.increment();
            try {
                for (int i = 0; i < 20; i++) {
                    if (i % 5 == 0) await(Single.just(i).observeOn(Schedulers.computation()));
                    out.emit(resources.make());
                }
            } finally {
                ends.increment();
            }
        });
    }

    @Test
    void mapFlowableKeepsTheOrderAndTheConcurrency() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        List<Integer> all = Flowable.range(0, COROUTINES)
                .compose(RxAsync.<Integer, Integer>mapFlowable(32, n -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    int result = await(Single.just(n).observeOn(Schedulers.computation()));
                    running.decrementAndGet();
                    return result;
                }))
                .toList()
                .timeout(50, TimeUnit.SECONDS)
                .blockingGet();
        assertThat(all).isSorted().hasSize(COROUTINES);
        assertThat(most.get()).isBetween(2, 32);
    }
}
