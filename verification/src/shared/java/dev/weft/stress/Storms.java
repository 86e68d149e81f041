package dev.weft.stress;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.stress.Patience.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.AsyncAction;
import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Emitter;
import dev.weft.Generator;
import dev.weft.Hooks;
import dev.weft.spi.CoroutineTask;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Storms over the sources of one library. Nothing here depends on time: a wait that runs out fails with a sentence, and
 * a failed round names its seed, which repeats the choices, though not the order of events.
 *
 * <p>After each round, every value was returned or discarded, once; every subscription has ended or was cancelled,
 * once; every coroutine had one outcome, with which its cancellers agree; no interrupt was left to code that is not
 * cancelled; and no value, source, subscriber, coroutine, thread or timer entry is left over.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 4, unit = TimeUnit.HOURS) // each wait has its own deadline
public abstract class Storms {
    private static final int COROUTINES = Integer.getInteger("weft.stress.coroutines", 2_000);
    private static final int ROUNDS = Integer.getInteger("weft.stress.rounds", 5);
    private static final int SUSPENDED = Integer.getInteger("weft.stress.suspended", 20_000);
    private static final long SEED = Long.getLong("weft.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final Duration LONG = Duration.ofHours(1);

    private Set<Thread> threads = Set.of();

    /** {@return the only value of a publisher, through a type of the library} */
    protected abstract <T> Awaitable<T> one(Flow.Publisher<T> source);

    /** {@return an iterator over a publisher, through a type of the library} */
    protected abstract <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch);

    /** Subscribes to the library's type for a body. */
    protected abstract <T> void subscribe(Callable<T> body, Flow.Subscriber<T> subscriber);

    /** {@return whether the library's type for a body holds its value until that is requested} */
    protected boolean bodyHasDemand() {
        return true;
    }

    /** Subscribes to the library's type for a generator. */
    protected abstract <T> void subscribe(Generator<T> generator, Flow.Subscriber<T> subscriber);

    /** Passes on what the library's hook for undeliverable errors receives. */
    protected abstract Hooks.Handle watchDropped(Consumer<Throwable> seen);

    /** The threads of the timer and for forgotten iterators, which are started once and stay. */
    @BeforeAll
    void rememberThreads() throws Exception {
        play(
                SEED,
                false,
                round -> round.run(() -> group(group -> {
                    for (int i = 0; i < 100; i++) group.async(() -> delay(Duration.ofNanos(1)));
                    stream(out -> {}).each().close();
                })));
        threads = Census.platform();
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        var patience = new Patience();
        for (Thread thread : Census.platform())
            if (!threads.contains(thread) && !patience.isGone(thread))
                fail("a thread is left: %s", Census.describe(thread));
    }

    @Test
    void coroutinesCancelledAtRandom() throws Exception {
        rounds(true, round -> trials(round, COROUTINES, Trial.Blow.CANCEL));
    }

    @Test
    void timeoutsAroundTheirDeadline() throws Exception {
        rounds(false, round -> trials(round, COROUTINES / 4, Trial.Blow.TIMEOUT));
    }

    @Test
    void interruptsFromOutside() throws Exception {
        rounds(true, round -> {
            callers(round, COROUTINES / 40);
            trials(round, COROUTINES / 4, Trial.Blow.INTERRUPT);
        });
    }

    @Test
    void generatorsWithRandomDemandAndCancellation() throws Exception {
        rounds(true, round -> visits(round, COROUTINES / 10));
    }

    @Test
    void aChainOfCoroutinesInEachOther() throws Exception {
        rounds(false, round -> chain(round, COROUTINES / 10));
    }

    @Test
    void manySuspendedAtOnce() throws Exception {
        play(SEED, true, round -> crowd(round, SUSPENDED));
    }

    // --- rounds

    @FunctionalInterface
    private interface Storm {
        void rage(Round round) throws Exception;
    }

    private void rounds(boolean gated, Storm storm) throws Exception {
        for (int i = 0; i < ROUNDS; i++) play(SEED + i, gated, storm);
    }

    private void play(long seed, boolean gated, Storm storm) throws Exception {
        try (var round = new Round(seed, gated, this::watchDropped)) {
            storm.rage(round);
            round.over();
        } catch (Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " (begin with it by -Dweft.seed=" + seed + "): " + failure, failure);
        }
    }

    // --- coroutines that are hit at any point of what they do

    private List<Trial.Act> acts(Trial.Blow blow) {
        List<Trial.Act> acts = new ArrayList<>(List.of(
                this::awaitOne,
                this::awaitHeld,
                this::awaitCallbacks,
                this::awaitStage,
                this::awaitTime,
                this::awaitElsewhere,
                this::awaitChild,
                this::awaitInTimeout,
                this::awaitInShield,
                this::iterate,
                this::mapConcurrently,
                this::gatherTwo));
        // these sometimes interrupt the thread themselves, and two simultaneous interrupts are one
        if (blow != Trial.Blow.INTERRUPT) acts.addAll(List.of(this::raceTwo, this::groupOfThree));
        return acts;
    }

    private void trials(Round round, int count, Trial.Blow blow) throws Exception {
        boolean all = blow == Trial.Blow.CANCEL && round.random(-1).nextInt(4) == 0;
        List<Trial.Act> acts = acts(blow);
        List<Trial> trials = new ArrayList<>();
        AsyncAction<Exception> startAll = () -> {
            for (int i = 0; i < count; i++) {
                var trial = new Trial(round, i, blow);
                Trial.Act act = acts.get(trial.random.nextInt(acts.size()));
                trial.start(blow == Trial.Blow.TIMEOUT ? timed -> inTime(timed, act) : act);
                trials.add(trial);
            }
            round.actors.open();
        };
        round.run(() -> {
            if (blow == Trial.Blow.INTERRUPT) Unhurt.run(startAll);
            else
                group(group -> {
                    startAll.run();
                    if (all) group.cancel();
                });
        });
        round.afterwards(() -> trials.forEach(trial -> trial.assertOneOutcome(all)));
    }

    private Value inTime(Trial t, Trial.Act act) throws Exception {
        Value value;
        try {
            boolean twice = t.random.nextInt(4) == 0;
            Duration inner = t.limit.plusNanos(t.random.nextInt(-1000, 50_000));
            value = withTimeout(t.limit, () -> twice ? withTimeoutOrNull(inner, () -> act.play(t)) : act.play(t));
        } catch (TimeoutException late) {
            value = null;
        }
        t.assertNoStrayInterrupt();
        try {
            new Semaphore(1).acquire(); // throws if an interrupt is left
            delay(Duration.ofNanos(1));
            return value;
        } catch (Throwable failure) {
            if (value != null) value.returned();
            throw failure;
        }
    }

    private Value awaitOne(Trial t) {
        Awaitable<Value> source = one(t.source());
        t.expectBlow();
        return await(source);
    }

    /** A value comes, but not the end: it is kept until then. */
    private Value awaitHeld(Trial t) {
        Awaitable<Value> source = awaitable(t.source(1, !t.mayWaitForEver()));
        t.expectBlow();
        return await(source);
    }

    private Value awaitCallbacks(Trial t) {
        boolean comes = !t.mayWaitForEver() || t.random.nextBoolean();
        t.expectBlow();
        return awaitCallback(done -> {
            Line line = t.round.line();
            done.onCancel(line::cancel);
            t.round.leaks.watch(done);
            if (comes)
                t.act(() -> {
                    line.end();
                    done.resume(t.round.make());
                });
        });
    }

    /** A stage may live on, and must not keep anything of its former awaits. */
    private Value awaitStage(Trial t) throws Exception {
        var stage = t.round.keepAlive(new CompletableFuture<Integer>());
        if (!t.mayWaitForEver() || t.random.nextBoolean()) t.act(() -> stage.complete(1));
        t.expectBlow();
        withContext("stress", t.round.leaks.watch(new Object()), () -> await(stage));
        return null;
    }

    private Value awaitTime(Trial t) {
        boolean soon = !t.mayWaitForEver() || t.random.nextBoolean();
        t.expectBlow();
        delay(soon ? Duration.ofNanos(t.random.nextInt(1_000_000)) : LONG);
        return null;
    }

    private Value awaitElsewhere(Trial t) throws InterruptedException {
        var queue = new LinkedBlockingQueue<Integer>();
        if (!t.mayWaitForEver() || t.random.nextBoolean()) t.act(() -> queue.add(1));
        t.expectBlow();
        try {
            queue.take();
        } catch (InterruptedException interrupted) {
            t.interruptedElsewhere(interrupted);
        }
        return null;
    }

    private Value awaitChild(Trial t) {
        Awaitable<Value> source = one(t.source());
        Deferred<Value> child = async(t.round.census.counted(() -> await(source)));
        t.round.keep(child);
        t.expectBlow();
        child.await();
        return null;
    }

    private Value awaitInTimeout(Trial t) throws TimeoutException {
        Awaitable<Value> source = one(t.source());
        t.expectBlow();
        return withTimeout(LONG, () -> await(source));
    }

    private Value awaitInShield(Trial t) {
        Awaitable<Value> source = one(t.source(1, true));
        t.expectBlow();
        return shielded(() -> await(source));
    }

    private Value iterate(Trial t) {
        Upstream source = t.source(t.random.nextInt(20));
        int leave = t.random.nextInt(20);
        t.expectBlow();
        try (AsyncIterator<Value> values = each(source, 1 + t.random.nextInt(16))) {
            for (int i = 0; i < leave && values.hasNext(); i++) values.next().returned();
        }
        return null;
    }

    private Value mapConcurrently(Trial t) {
        int leave = t.random.nextInt(10);
        var mapped = stream((Emitter<Value> out) -> {
                    for (int i = 0; i < 8; i++) out.emit(t.round.make());
                })
                .mapConcurrentUnordered(3, value -> {
                    value.returned();
                    return await(one(t.source(1, true)));
                });
        t.expectBlow();
        try (AsyncIterator<Value> values = mapped.each()) {
            for (int i = 0; i < leave && values.hasNext(); i++) values.next().returned();
        }
        return null;
    }

    private Value gatherTwo(Trial t) {
        Awaitable<Value> first = one(t.source());
        Awaitable<Value> second = one(t.source());
        t.expectBlow();
        gather(first, second).forEach(Value::returned);
        return null;
    }

    private Value raceTwo(Trial t) {
        Awaitable<Value> first = one(t.source());
        Awaitable<Value> second = one(t.source());
        t.expectBlow();
        return race(first, second);
    }

    /** A group that its own body perhaps cancels. */
    private Value groupOfThree(Trial t) {
        boolean cancels = t.random.nextBoolean();
        Awaitable<Value> source = one(t.source());
        t.expectBlow();
        group(group -> {
            t.round.keepShortly(group.start(one(t.source())));
            t.round.keepShortly(group.start(one(t.source())));
            t.round.keep(group.async(t.round.census.counted(() -> await(source))));
            if (cancels) group.cancel();
        });
        return null;
    }

    // --- threads outside any coroutine, which may await and be interrupted as well

    private void callers(Round round, int count) {
        for (int i = 0; i < count; i++) {
            Random random = round.random(-2 - i);
            boolean ends = random.nextInt(3) > 0;
            var source = new Upstream(round, ends ? 1 : 0, ends, random.nextBoolean(), round.actors::later);
            Awaitable<Value> awaited = random.nextBoolean() ? coroutine(() -> await(one(source))) : one(source);
            Thread thread = (random.nextInt(5) == 0 ? Thread.ofPlatform().daemon() : Thread.ofVirtual())
                    .unstarted(() -> call(round, awaited));
            round.census.expect(thread);
            thread.start();
            round.actors.later(thread::interrupt);
        }
    }

    /** The interrupt is not lost, whether it comes during an await or later. */
    private static void call(Round round, Awaitable<Value> awaited) {
        try {
            awaited.await().returned();
        } catch (CancelledException interrupted) {
            if (!Thread.currentThread().isInterrupted()) round.failed("a thread has lost its interrupt");
        } catch (Throwable failure) {
            round.failed("a thread has failed: " + failure);
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException expected) {
            return;
        }
    }

    // --- subscribers to the library's types for coroutines

    private void visits(Round round, int count) {
        for (int i = 0; i < count; i++) {
            Random random = round.random(i);
            switch (random.nextInt(3)) {
                case 0 -> visitBody(round, random);
                case 1 -> visitGenerator(round, random);
                default -> visitGeneratorOfMany(round, random);
            }
        }
    }

    private void visitBody(Round round, Random random) {
        var source = new Upstream(round, 1, true, random.nextBoolean(), round.actors::later);
        Callable<Value> body = round.census.counted(() -> await(one(source)));
        subscribe(round.leaks.watch(body), new Visitor(round, random, 1, true, bodyHasDemand()));
    }

    private void visitGenerator(Round round, Random random) {
        int count = random.nextInt(30);
        int pause = 1 + random.nextInt(10);
        Generator<Value> generator = out -> {
            for (int i = 1; i <= count; i++) {
                if (i % pause == 0)
                    await(one(new Upstream(round, 1, true, true, round.actors::later)))
                            .returned();
                out.emit(round.make());
            }
        };
        subscribe(counted(round, generator), new Visitor(round, random, count, true, true));
    }

    /** Its coroutines take turns. */
    private void visitGeneratorOfMany(Round round, Random random) {
        int count = random.nextInt(10);
        Generator<Value> generator = out -> {
            out.concurrent();
            group(group -> {
                for (int i = 0; i < 3; i++)
                    group.async(() -> {
                        for (int k = 0; k < count; k++) out.emit(round.make());
                    });
            });
        };
        subscribe(counted(round, generator), new Visitor(round, random, 3 * count, false, true));
    }

    private static Generator<Value> counted(Round round, Generator<Value> generator) {
        return round.leaks.watch(out -> round.census
                .counted(() -> {
                    generator.generate(out);
                    return null;
                })
                .call());
    }

    // --- nested coroutines

    /** The innermost coroutine of the chain returns a value, fails, or waits until the outermost is cancelled. */
    private void chain(Round round, int depth) throws Exception {
        var outermost = new CompletableFuture<Deferred<Value>>();
        var failure = new IllegalStateException("from the depth");
        boolean fails = round.random(0).nextBoolean();
        boolean waits = round.random(1).nextBoolean();
        var source = new Upstream(round, waits ? 0 : 1, !waits, false, round.actors::later);
        Callable<Value> deepest = () -> {
            if (fails) throw failure;
            if (waits) round.actors.later(() -> outermost.thenAccept(Deferred::cancel));
            return await(one(source));
        };
        round.run(() -> {
            Deferred<Value> first = async(link(round, depth, deepest));
            outermost.complete(first);
            if (fails) assertThatThrownBy(first::await).isSameAs(failure);
            else if (waits) assertThatThrownBy(first::await).isInstanceOf(CancelledException.class);
            else first.await().returned();
        });
    }

    private static Callable<Value> link(Round round, int depth, Callable<Value> deepest) {
        return round.census.counted(() -> depth == 1
                ? deepest.call()
                : async(link(round, depth - 1, deepest)).await());
    }

    // --- very many

    private void crowd(Round round, int count) throws Exception {
        Queue<CoroutineTask<?>> tasks = new ConcurrentLinkedQueue<>();
        List<Quiet> sources = Stream.generate(Quiet::new).limit(count).toList();
        long before = heap();
        round.run(() -> group(group -> {
            for (Quiet source : sources)
                group.async(round.census.counted(() -> {
                    tasks.add(CoroutineTask.current());
                    await(one(source)).returned();
                    return null;
                }));
            until("started", () -> round.census.bodies() == count);
            for (CoroutineTask<?> task : tasks) until("suspended", () -> task.rest() >= 0);
            assertThat(tasks).hasSize(count);
            tasks.clear();
            System.out.printf("%,d coroutines suspended at once: %,d bytes each%n", count, (heap() - before) / count);
            for (Quiet source : sources) round.actors.later(() -> source.signal(round.make()));
            round.actors.open();
        }));
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** A source of one value and its subscription in one object, and nothing more. */
    private static final class Quiet implements Flow.Publisher<Value>, Flow.Subscription {
        private volatile Flow.Subscriber<? super Value> subscriber;

        @Override
        public void subscribe(Flow.Subscriber<? super Value> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long many) {}

        @Override
        public void cancel() {}

        void signal(Value value) {
            Flow.Subscriber<? super Value> awaiting = subscriber;
            subscriber = null;
            awaiting.onNext(value);
            awaiting.onComplete();
        }
    }
}
