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

import dev.weft.spi.Carrier;
import dev.weft.testing.Latches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.swing.SwingUtilities;
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

    /** Waits until a coroutine is parked: a class that it has to load may have taken it off the thread that started it. */
    private static void parked(Deferred<?> handle) {
        ManualBackend.untilParked(((TaskDeferred<?>) handle).thread());
    }

    private static void assumeSupported() {
        assumeTrue(Carrier.missing() == null, Carrier.missing());
    }

    @Nested
    class Configured {
        @Test
        void nothingIsVirtual() {
            assertThat(Dispatcher.choose(null, " ", null, null)).isSameAs(Carrier.virtual());
            assertThat(Dispatcher.choose("virtual", "inline", "inline", null)).isSameAs(Carrier.virtual());
        }

        @Test
        void theFirstThatAsksDecides() {
            assumeSupported();
            assertThat(Dispatcher.choose(null, null, "inline", null)).isSameAs(Carrier.inline());
            assertThat(Dispatcher.choose(null, "virtual", "inline", null)).isSameAs(Carrier.virtual());
            assertThat(Dispatcher.choose(" inline ", "virtual", null, null)).isSameAs(Carrier.inline());
        }

        @Test
        void inlineWithoutTheMeansIsReportedAndVirtual() {
            try (var log = new LibraryLog()) {
                assertThat(Dispatcher.choose("inline", null, null, "needs the flag"))
                        .isSameAs(Carrier.virtual());
                assertThat(log.lines()).singleElement().asString().contains("weft.dispatcher=inline needs the flag");
            }
        }

        @Test
        void anotherWordIsAnError() {
            assertThatThrownBy(() -> Dispatcher.choose("loop", null, null, null))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContainingAll("weft.dispatcher", "\"loop\"", "virtual or inline");
        }
    }

    /** In a JVM without the flag, and on a JDK that is too old. */
    @Test
    void whatIsMissingIsNamed() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Dweft.dispatcher=inline",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutTheFlag.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .contains(
                        "inline: Dispatcher.inline() needs JDK 24 or newer and the flag --add-opens"
                                + " java.base/java.lang=ALL-UNNAMED (in the manifest of an executable jar: Add-Opens: java.base/java.lang)")
                .contains("on: Dispatcher.on(executor) needs JDK 24")
                .contains("ran 2")
                .containsOnlyOnce("weft.dispatcher=inline needs JDK 24");
    }

    /** What is started for {@link #whatIsMissingIsNamed}. */
    static final class WithoutTheFlag {
        /** Says what is thrown, and runs two coroutines on the JDK's scheduler instead. */
        public static void main(String[] args) {
            System.out.println("inline: " + catchThrowable(Dispatcher::inline).getMessage());
            System.out.println(
                    "on: " + catchThrowable(() -> Dispatcher.on(Runnable::run)).getMessage());
            System.out.println("ran " + (run(() -> 1) + run(() -> 1)));
        }
    }

    @Nested
    class Inline {
        private Dispatcher inline;

        @BeforeEach
        void supported() {
            assumeSupported();
            inline = Dispatcher.inline();
            // loads what an await needs: to wait for that takes a coroutine off its thread
            coroutine(() -> await(CompletableFuture.completedFuture(carrier())))
                    .on(inline)
                    .start()
                    .await();
        }

        @Test
        void itStartsOnTheThreadThatStartsItAndContinuesOnTheOneThatSignals() throws Exception {
            var signal = new CompletableFuture<String>();
            List<String> carriers = new CopyOnWriteArrayList<>();
            Deferred<?> handle = coroutine(() -> {
                        carriers.add(carrier());
                        carriers.add(await(signal));
                        carriers.add(carrier());
                        return null;
                    })
                    .on(inline)
                    .start();
            assertThat(carriers).containsExactly(Thread.currentThread().getName());
            parked(handle);
            loop.submit(() -> {
                        signal.complete("signal");
                        assertThat(handle.isDone()).isTrue();
                    })
                    .get();
            assertThat(carriers).containsExactly(Thread.currentThread().getName(), "signal", "loop");
        }

        /** Timers, locks, sleeps and other coroutines do not continue it on a thread of theirs. */
        @Test
        void anyOtherWakeUpGoesToTheJdk() throws Exception {
            var lock = new ReentrantLock();
            lock.lock();
            var monitor = new Object();
            List<String> carriers = new CopyOnWriteArrayList<>();
            var byCoroutine = new CompletableFuture<String>();
            Deferred<?> handle = coroutine(() -> {
                        lock.lock();
                        carriers.add(carrier());
                        lock.unlock();
                        delay(MILLI);
                        carriers.add(carrier());
                        Thread.sleep(1);
                        carriers.add(carrier());
                        Deferred<?> child = async(() -> byCoroutine.complete("child"));
                        await(byCoroutine);
                        carriers.add(carrier());
                        child.await();
                        synchronized (monitor) {
                            monitor.wait(1);
                        }
                        carriers.add(carrier());
                        return null;
                    })
                    .on(inline)
                    .start();
            assertThat(carriers).isEmpty();
            lock.unlock();
            handle.await();
            assertThat(carriers).hasSize(5).allMatch(name -> name.startsWith("ForkJoinPool"));
        }

        @Test
        void aCancellerDoesNotRunTheCleanUp() throws Exception {
            var cleaned = new AtomicReference<String>();
            Deferred<?> handle = coroutine(() -> {
                        try {
                            return await(new CompletableFuture<>());
                        } finally {
                            cleaned.set(carrier());
                        }
                    })
                    .on(inline)
                    .start();
            parked(handle);
            loop.submit(handle::cancel).get();
            assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
            assertThat(cleaned.get()).startsWith("ForkJoinPool");
        }

        /** Each stage's completion wakes a coroutine that completes the next stage. */
        @Test
        void depthIsBounded() {
            int count = 5_000;
            List<CompletableFuture<Integer>> stages = new ArrayList<>();
            for (int i = 0; i <= count; i++) stages.add(new CompletableFuture<>());
            List<Deferred<?>> handles = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int at = i;
                handles.add(coroutine(() -> stages.get(at + 1).complete(await(stages.get(at)) + 1))
                        .on(inline)
                        .start());
            }
            stages.get(0).complete(0);
            assertThat(stages.get(count).join()).isEqualTo(count);
            handles.forEach(Deferred::await);
        }

        /** The generator works inside request, the loop inside onNext. */
        @Test
        void aGeneratorRunsOnTheThreadThatRequests() throws Exception {
            List<String> seen = new CopyOnWriteArrayList<>();
            var subscription = new AtomicReference<Flow.Subscription>();
            var over = new CountDownLatch(1);
            var thread = new AtomicReference<Thread>();
            stream((Emitter<String> out) -> {
                        thread.set(Thread.currentThread());
                        for (int i = 0; i < 3; i++) out.emit(carrier());
                    })
                    .on(inline)
                    .subscribe(new Flow.Subscriber<>() {
                        @Override
                        public void onSubscribe(Flow.Subscription to) {
                            subscription.set(to);
                        }

                        @Override
                        public void onNext(String carrier) {
                            seen.add(carrier);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            over.countDown();
                        }

                        @Override
                        public void onComplete() {
                            over.countDown();
                        }
                    });
            assertThat(seen).isEmpty();
            ManualBackend.untilParked(thread.get());
            String here = Thread.currentThread().getName();
            loop.submit(() -> subscription.get().request(2)).get();
            assertThat(seen).containsExactly(here, "loop"); // where each was made
            ManualBackend.untilParked(thread.get());
            subscription.get().request(1);
            Latches.await(over);
            assertThat(seen).containsExactly(here, "loop", "loop");
        }

        @Test
        void childrenInheritIt() {
            Deferred<String> handle = coroutine(() -> {
                        var signal = new CompletableFuture<String>();
                        Deferred<String> child = async(() -> await(signal) + carrier());
                        loop.execute(() -> signal.complete("on "));
                        return child.await();
                    })
                    .on(inline)
                    .start();
            // woken while it waits, or not waiting at all
            assertThat(handle.await()).matches("on (loop|ForkJoinPool.*)");
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
                    .hasMessageContaining("inside execute");
            assertThat(catchThrowable(() ->
                            run(() -> await(coroutine(() -> "never").on(Dispatcher.on(Runnable::run))))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("virtual threads");
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
