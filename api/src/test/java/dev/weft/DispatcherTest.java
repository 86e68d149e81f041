package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.CoroutineOptions;
import dev.weft.testing.Latches;
import dev.weft.testing.Rounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.swing.SwingUtilities;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DispatcherTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private final ExecutorService loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));

    @AfterEach
    void shutDown() throws InterruptedException {
        loop.shutdownNow();
        assertThat(loop.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        String name = Thread.currentThread().toString();
        return name.substring(name.lastIndexOf('@') + 1);
    }

    /** Waits until a coroutine is parked: loading a class may have moved it off the thread that started it. */
    private static void parked(Deferred<?> handle) {
        ManualBackend.untilParked(ManualBackend.threadOf(handle));
    }

    @SuppressWarnings("removal")
    private static void inline() {
        Dispatcher.inline();
    }

    private static void assumeSupported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    @Nested
    class Configured {
        @Test
        void nothingIsVirtual() {
            assertThat(Dispatcher.choose(null, " ", null, null)).isSameAs(CoroutineOptions.onVirtualThreads());
            assertThat(Dispatcher.choose("virtual", "event-loop", "event-loop", null))
                    .isSameAs(CoroutineOptions.onVirtualThreads());
        }

        @Test
        void theFirstThatAsksDecides() {
            assumeSupported();
            assertThat(Dispatcher.choose(null, null, "event-loop", null)).isSameAs(CoroutineOptions.onEventLoop());
            assertThat(Dispatcher.choose(null, "virtual", "event-loop", null))
                    .isSameAs(CoroutineOptions.onVirtualThreads());
            assertThat(Dispatcher.choose(" event-loop ", "virtual", null, null))
                    .isSameAs(CoroutineOptions.onEventLoop());
        }

        @Test
        void theEventLoopWithoutTheMeansIsReportedAndVirtual() {
            try (var log = new LibraryLog()) {
                assertThat(Dispatcher.choose("event-loop", null, null, "needs the flag"))
                        .isSameAs(CoroutineOptions.onVirtualThreads());
                assertThat(log.lines())
                        .singleElement()
                        .asString()
                        .contains("weft.dispatcher=event-loop needs the flag");
            }
        }

        @Test
        void anotherWordIsAnError() {
            assertThatThrownBy(() -> Dispatcher.choose("loop", null, null, null))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContainingAll("weft.dispatcher", "\"loop\"", "virtual or event-loop");
        }

        @Test
        void inlineIsAnErrorThatSaysWhy() {
            assertThatThrownBy(() -> Dispatcher.choose("inline", null, null, null))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContainingAll(
                            "\"inline\" (system property weft.dispatcher), which is withdrawn",
                            "kill the JVM",
                            "use event-loop");
            assertThatThrownBy(DispatcherTest::inline)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContainingAll("withdrawn", "kill the JVM", "Dispatcher.eventLoop()");
        }
    }

    @Test
    void optionsThatDoNotSayWhereAreNoDispatcher() {
        assertThatThrownBy(() -> Adapters.dispatcher(CoroutineOptions.NONE.named("name")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("options that say where to run");
        CoroutineOptions options =
                Adapters.options(Adapters.dispatcher(CoroutineOptions.AFRESH.on(CoroutineOptions.onVirtualThreads())));
        assertThat(options.saysWhere()).isTrue();
    }

    /** In a JVM without the flag, and on a JDK that is too old. */
    @Test
    void whatIsMissingIsNamed() throws Exception {
        String said = said(WithoutTheFlag.class, "-Dweft.dispatcher=event-loop");
        assertThat(said)
                .contains(
                        "loop: Dispatcher.eventLoop() needs JDK 24 or newer and the flag --add-opens"
                                + " java.base/java.lang=ALL-UNNAMED (in the manifest of an executable jar: Add-Opens: java.base/java.lang)")
                .contains("on: Dispatcher.on(executor) needs JDK 24")
                .contains("ran 2")
                .containsOnlyOnce("weft.dispatcher=event-loop needs JDK 24");
    }

    /** Which monitors an executor holds cannot be asked there. */
    @Test
    void anExecutorCanBeUsedWithoutTheModuleForManagement() throws Exception {
        assumeSupported();
        assertThat(said(
                        WithoutManagement.class,
                        "--limit-modules=java.base",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED"))
                .contains("management: false, ran on loop");
    }

    /** {@return what a program says that ends well in a JVM of its own} */
    private static String said(Class<?> program, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** What is started for {@link #anExecutorCanBeUsedWithoutTheModuleForManagement}. */
    static final class WithoutManagement {
        public static void main(String[] args) {
            ExecutorService loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));
            System.out.println("management: "
                    + ModuleLayer.boot().findModule("java.management").isPresent() + ", ran on "
                    + await(coroutine(() -> {
                                Thread.sleep(1);
                                String name = Thread.currentThread().toString();
                                return name.substring(name.lastIndexOf('@') + 1);
                            })
                            .on(Dispatcher.on(loop))));
            loop.shutdown();
        }
    }

    /** What is started for {@link #whatIsMissingIsNamed}. */
    static final class WithoutTheFlag {
        /** Says what is thrown, and runs two coroutines on the JDK's scheduler instead. */
        public static void main(String[] args) {
            System.out.println("loop: " + catchThrowable(Dispatcher::eventLoop).getMessage());
            System.out.println(
                    "on: " + catchThrowable(() -> Dispatcher.on(Runnable::run)).getMessage());
            System.out.println("ran " + (run(() -> 1) + run(() -> 1)));
        }
    }

    @Nested
    class OnTheEventLoop {
        private final TestLoops.Loop events = new TestLoops.Loop("events", true);

        @BeforeEach
        void supported() {
            assumeSupported();
        }

        @AfterEach
        void close() {
            events.close();
        }

        /** Starts a coroutine on the loop. */
        private <T> Deferred<T> started(TestLoops.Loop there, Coroutine<T> coroutine) {
            return startedAsItIs(there, coroutine.on(Dispatcher.eventLoop()));
        }

        private <T> Deferred<T> startedAsItIs(TestLoops.Loop there, Coroutine<T> coroutine) {
            var handle = new AtomicReference<Deferred<T>>();
            there.run(() -> handle.set(coroutine.start()));
            return handle.get();
        }

        /** Whatever wakes it: a signal of the loop itself or of another thread, a timer, a lock, a sleep, a member. */
        @Test
        void aCoroutineStaysOnTheLoopOnWhichItIsStarted() {
            var own = new CompletableFuture<String>();
            var foreign = new CompletableFuture<String>();
            var lock = new ReentrantLock();
            List<String> carriers = new CopyOnWriteArrayList<>();
            Deferred<?> handle = started(events, coroutine(() -> {
                carriers.add(carrier());
                await(own);
                carriers.add(carrier());
                await(foreign);
                carriers.add(carrier());
                delay(MILLI);
                carriers.add(carrier());
                Thread.sleep(1);
                carriers.add(carrier());
                lock.lock();
                carriers.add(carrier());
                return async(() -> async(DispatcherTest::carrier).await() + " " + carrier())
                        .await();
            }));
            lock.lock();
            events.run(() -> own.complete("own"));
            foreign.complete("foreign");
            lock.unlock();
            assertThat(handle.await()).isEqualTo("events events");
            assertThat(carriers).hasSize(6).containsOnly("events");
        }

        /** A turn is a task of the loop: what the loop is just doing is done first, and nothing of it is on the stack. */
        @Test
        void eachTurnBeginsAtTheTopOfTheLoop() {
            List<String> trail = new CopyOnWriteArrayList<>();
            var signal = new CompletableFuture<String>();
            var handle = new AtomicReference<Deferred<?>>();
            events.run(() -> {
                handle.set(coroutine(() -> {
                            trail.add("begins");
                            return trail.add(await(signal));
                        })
                        .on(Dispatcher.eventLoop())
                        .start());
                trail.add("started");
            });
            parked(handle.get());
            events.run(() -> {
                signal.complete("goes on");
                trail.add("signalled");
            });
            handle.get().await();
            assertThat(trail).containsExactly("started", "begins", "signalled", "goes on");
        }

        @Test
        void aCoroutineThatBlocksFreesTheLoop() {
            var latch = new CountDownLatch(1);
            Deferred<?> handle = started(events, coroutine(() -> {
                latch.await();
                return null;
            }));
            events.run(latch::countDown);
            handle.await();
        }

        @Test
        void elsewhereItIsVirtual() {
            String carrier = coroutine(DispatcherTest::carrier)
                    .on(Dispatcher.eventLoop())
                    .start()
                    .await();
            assertThat(carrier).startsWith("ForkJoinPool");
        }

        /** An await on the loop of another coroutine, which runs elsewhere: it is on the loop of the one that awaits. */
        @Test
        void whatACoroutineAwaitsStaysOnItsLoop() {
            assertThat(started(
                                    events,
                                    coroutine(() -> await(
                                            coroutine(DispatcherTest::carrier).on(Dispatcher.eventLoop()))))
                            .await())
                    .isEqualTo("events");
        }

        @Test
        void eachCoroutineEntersTheLoop() {
            started(events, coroutine(() -> async(() -> 1).await()).named("outer"))
                    .await();
            assertThat(events.entered).hasSize(2).startsWith("outer");
        }

        /** Its coroutines are beside it, and belong to it in the eyes of its library. */
        @Test
        void aLoopThatCannotCarryIsEnteredOnTheJdksScheduler() {
            try (var without = new TestLoops.Loop("without", false)) {
                Deferred<String> handle =
                        started(without, coroutine(DispatcherTest::carrier).named("outer"));
                assertThat(handle.await()).startsWith("ForkJoinPool");
                assertThat(without.entered).containsExactly("outer");
            }
        }

        @Test
        void aLoopThatIsAContextIsEnteredWhereverACoroutineRuns() {
            events.asContext();
            for (Dispatcher any : List.of(Dispatcher.virtual(), Dispatcher.on(loop), Dispatcher.eventLoop())) {
                events.entered.clear();
                Coroutine<Integer> inner = coroutine(() -> 1).named("inner").on(Dispatcher.virtual());
                var outer =
                        coroutine(() -> await(inner) + async(() -> 1).await()).named("outer");
                assertThat(startedAsItIs(events, outer.on(any)).await()).isEqualTo(2);
                assertThat(events.entered).hasSize(3).startsWith("outer", "inner");
            }
        }

        /** What many share belongs to none of them. */
        @Test
        void aSharedCoroutineDoesNotEnterTheLoopOfTheFirst() {
            events.asContext();
            Cached<Integer> cached = Cached.of(() -> 1);
            assertThat(startedAsItIs(events, coroutine(cached::await).named("first"))
                            .await())
                    .isEqualTo(1);
            assertThat(events.entered).containsExactly("first");
        }

        /** What is queued during a turn runs after it, however long the turn takes. */
        @Test
        void aLoopOfVirtualThreadsWaitsForEachTurn() {
            try (var queue = new TestLoops.Loop(Thread.ofVirtual(), true)) {
                for (int round : new Rounds(500)) {
                    var next = new CompletableFuture<String>();
                    Deferred<String> handle = started(queue, coroutine(() -> {
                        queue.executor().execute(() -> next.complete("behind the turn"));
                        long start = System.nanoTime();
                        while (System.nanoTime() - start < 100_000)
                            assertThat(next).as("round %d", round).isNotDone();
                        return await(next) + " on " + carrier();
                    }));
                    assertThat(handle.await()).startsWith("behind the turn on ForkJoinPool");
                }
            }
        }

        @Test
        void awaitingOnTheLoopItselfIsRefused() {
            events.run(() -> {
                for (ThrowingCallable wait : List.<ThrowingCallable>of(
                        () -> await(new CompletableFuture<>()),
                        () -> run(() -> 1),
                        () -> delay(MILLI),
                        () -> stream(out -> {}).each()))
                    assertThatThrownBy(wait)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("events")
                            .hasMessageContaining(": return mono(() -> …)");
            });
        }

        @Test
        void theRefusalNamesTheMethodThatWasCalled() {
            Map<ThrowingCallable, String> words = Map.of(
                    () -> group(members -> {}), "group",
                    () -> Async.withTimeout(MILLI, () -> {}), "withTimeout",
                    () -> Async.withContext("key", "value", () -> {}), "withContext",
                    () -> Async.gather(coroutine(() -> 1)), "gather",
                    () -> coroutine(() -> 1).await(), "await");
            events.run(() -> words.forEach((wait, word) ->
                    assertThatThrownBy(wait).hasMessageStartingWith(word + " would block the event loop of thread ")));
        }
    }

    @Nested
    class OnExecutor {
        @BeforeEach
        void supported() {
            assumeSupported();
        }

        /** No two run at the same time; each goes on where it was, however it was woken. */
        @Test
        void oneThreadNeverRunsTwoAtATime() {
            var busy = new AtomicInteger();
            var counter = new int[1];
            var lock = new ReentrantLock();
            List<Coroutine<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++)
                all.add(coroutine(() -> {
                    for (int step = 0; step < 20; step++) {
                        assertThat(busy.incrementAndGet()).isEqualTo(1);
                        assertThat(carrier()).isEqualTo("loop");
                        int before = counter[0];
                        Thread.onSpinWait();
                        counter[0] = before + 1;
                        busy.decrementAndGet();
                        switch (step % 4) {
                            case 0 -> delay(MILLI);
                            case 1 -> Thread.sleep(1);
                            case 2 -> await(CompletableFuture.supplyAsync(() -> "value"));
                            default -> {
                                lock.lock();
                                lock.unlock();
                            }
                        }
                    }
                    return 20;
                }));
            int sum = await(
                    coroutine(() -> gather(all).stream().mapToInt(n -> n).sum()).on(Dispatcher.on(loop)));
            assertThat(sum).isEqualTo(1000);
            assertThat(counter[0]).isEqualTo(1000);
        }

        @Test
        void swingsEventThread() {
            Dispatcher swing = Dispatcher.on(SwingUtilities::invokeLater);
            String carriers = await(coroutine(() -> {
                        String before = carrier();
                        delay(MILLI);
                        return before + " " + carrier();
                    })
                    .on(swing));
            assertThat(carriers).matches("AWT-EventQueue-\\d+ AWT-EventQueue-\\d+");
        }

        @Test
        void awaitedInACoroutineItRunsThereAndComesBack() {
            String carriers = run(() -> {
                String there = await(coroutine(DispatcherTest::carrier).on(Dispatcher.on(loop)));
                return there + " " + carrier();
            });
            assertThat(carriers).startsWith("loop ForkJoinPool");
        }

        @Test
        void theInterruptFlagOfTheThreadThatCarriesStaysItsOwn() {
            var steps = new ConcurrentLinkedQueue<Runnable>();
            Deferred<Boolean> handle = coroutine(() -> Thread.currentThread().isInterrupted())
                    .on(Dispatcher.on(steps::add))
                    .start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            Thread.currentThread().interrupt();
            try {
                while (!handle.isDone() && System.nanoTime() - deadline < 0) {
                    Runnable step = steps.poll();
                    if (step != null) step.run();
                }
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>(false));
        }

        @Test
        void anExecutorThatRefusesFailsTheCoroutine() {
            loop.shutdown();
            Deferred<?> handle =
                    coroutine(() -> "never").on(Dispatcher.on(loop)).start();
            assertThat(catchThrowable(handle::await))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("takes no more steps");
            assertThat(handle.state()).isEqualTo(Deferred.State.FAILED);
        }

        @Test
        void anExecutorThatRefusesLaterFailsTheCoroutineAndLetsItCleanUp() throws Exception {
            var signal = new CompletableFuture<String>();
            var cleaned = new CountDownLatch(1);
            var waiting = new CountDownLatch(1);
            Deferred<?> handle = coroutine(() -> group(g -> {
                        g.async(() -> await(new CompletableFuture<>()));
                        try {
                            waiting.countDown();
                            return await(signal);
                        } finally {
                            cleaned.countDown();
                        }
                    }))
                    .on(Dispatcher.on(loop))
                    .start();
            Latches.await(waiting);
            loop.submit(() -> {}).get(); // the step before this one has ended: all wait
            loop.shutdown();
            signal.complete("value");
            assertThat(catchThrowable(handle::await)).isInstanceOf(RejectedExecutionException.class);
            Latches.await(cleaned);
        }

        /** What it had taken and then dropped is noticed when the coroutine is cancelled. */
        @Test
        void anExecutorThatDropsStepsLeavesTheCoroutineCancellable() throws Exception {
            var busy = new CountDownLatch(1);
            var begun = new CountDownLatch(1);
            loop.execute(() -> {
                begun.countDown();
                Latches.awaitUninterruptibly(busy);
            });
            Latches.await(begun);
            Deferred<?> handle =
                    coroutine(() -> "never").on(Dispatcher.on(loop)).start();
            assertThat(loop.shutdownNow()).hasSize(1);
            busy.countDown();
            assertThat(handle.isDone()).isFalse();
            handle.cancel();
            assertThat(catchThrowable(handle::await)).isNotNull();
        }

        @Test
        void anExecutorThatRunsStepsInTheCallerFailsTheCoroutine() {
            Deferred<?> handle =
                    coroutine(() -> "never").on(Dispatcher.on(Runnable::run)).start();
            assertThat(catchThrowable(handle::await))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside the call that hands them over");
            assertThat(catchThrowable(() ->
                            run(() -> await(coroutine(() -> "never").on(Dispatcher.on(Runnable::run))))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("virtual threads");
        }

        @Test
        void anExecutorThatHoldsAMonitorFailsTheCoroutine() {
            Dispatcher guarded = Dispatcher.on(step -> loop.execute(() -> {
                synchronized (loop) {
                    step.run();
                }
            }));
            for (int i = 0; i < 2; i++) { // it is looked for once, and remembered
                Deferred<?> handle = coroutine(() -> "never").on(guarded).start();
                assertThat(catchThrowable(handle::await))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll(
                                "holds a monitor", loop.getClass().getName());
            }
        }

        @Test
        void anExecutorMayHoldALock() {
            var lock = new ReentrantLock();
            Dispatcher locked = Dispatcher.on(step -> loop.execute(() -> {
                lock.lock();
                try {
                    step.run();
                } finally {
                    lock.unlock();
                }
            }));
            assertThat(coroutine(() -> "value").on(locked).start().await()).isEqualTo("value");
        }

        @Test
        void anExecutorThatRunsStepsOnVirtualThreadsFailsTheCoroutine() {
            try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
                Deferred<?> handle =
                        coroutine(() -> "never").on(Dispatcher.on(virtual)).start();
                assertThat(catchThrowable(handle::await))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("on virtual threads");
            }
        }
    }
}
