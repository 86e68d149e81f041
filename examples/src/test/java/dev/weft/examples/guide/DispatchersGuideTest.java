package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.examples.Program;
import dev.weft.reactor.ReactorAsync;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxAsync;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.swing.SwingUtilities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The code and the claims of {@code docs/guide/dispatchers.md}. */
class DispatchersGuideTest extends GuideTest {
    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        return Thread.currentThread().toString().replaceFirst(".*@", "");
    }

    // --- without the means

    /** Asks for each dispatcher, and then runs. */
    static final class Asks {
        private Asks() {}

        public static void main(String[] args) {
            System.out.println(catchThrowable(Dispatcher::eventLoop).getMessage());
            System.out.println(
                    catchThrowable(() -> Dispatcher.on(Runnable::run)).getMessage());
            System.out.println(run(() -> "runs"));
        }
    }

    @Test
    void withoutTheFlagItSaysWhatToAdd() throws Exception {
        String needs = " needs JDK 24 or newer and the flag --add-opens java.base/java.lang=ALL-UNNAMED"
                + " (in the manifest of an executable jar: Add-Opens: java.base/java.lang); found: ";
        List<String> lines = new Program(Asks.class).with("-Dweft.backend=jdk").run();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("Dispatcher.eventLoop()" + needs);
        assertThat(lines.get(1)).startsWith("Dispatcher.on(executor)" + needs);
        assertThat(lines.get(2)).isEqualTo("runs");
    }

    /** Waits on what is configured. */
    static final class Runs {
        private Runs() {}

        public static void main(String[] args) {
            System.setErr(System.out);
            try {
                System.out.println(run(() -> carrier().replaceFirst("-.*", "")));
            } catch (RuntimeException refused) {
                System.out.println(refused);
            }
        }
    }

    @Test
    void configuredWithoutTheFlagIsReportedAndVirtual() throws Exception {
        var program = new Program(Runs.class).with("-Dweft.backend=jdk", "-Dweft.dispatcher=event-loop");
        assertThat(program.run())
                .anyMatch(line -> line.contains("weft.dispatcher=event-loop needs JDK 24 or newer and the flag"))
                .endsWith("ForkJoinPool");
    }

    @Test
    void anotherNameIsAnError() throws Exception {
        var program = new Program(Runs.class).with("-Dweft.backend=jdk", "-Dweft.dispatcher=elastic");
        assertThat(program.run())
                .contains(
                        "dev.weft.BackendException: looked for a dispatcher in weft.dispatcher, virtual or event-loop;"
                                + " found \"elastic\" (system property weft.dispatcher); correct it; Dispatcher.on(executor) is chosen in code");
    }

    @Nested
    class WithTheMeans {
        private final ExecutorService thread =
                Executors.newSingleThreadExecutor(task -> new Thread(task, "the one thread"));

        @BeforeEach
        void supported() {
            assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        }

        @AfterEach
        void shutDown() {
            thread.shutdownNow();
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
            assertThat(printed(backend, () -> OneThread.main(new String[0]))).contains("100 visits");
        }

        // --- choosing

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void itIsChosenForACoroutineOrAStream(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                Dispatcher there = Dispatcher.on(thread);
                Deferred<String> started = coroutine(() -> carrier()).on(there).start();
                assertThat(started.await()).isEqualTo("the one thread");
                List<String> streamed = run(() -> stream(out -> out.emit(carrier()))
                        .map(String.class::cast)
                        .on(there)
                        .collect(1));
                assertThat(streamed).containsExactly("the one thread");
            });
        }

        @Test
        void itIsChosenForABuilder() {
            Dispatcher there = Dispatcher.on(thread);
            assertThat(mono(there, () -> carrier()).block()).isEqualTo("the one thread");
            assertThat(ReactorAsync.<String>flux(there, out -> out.emit(carrier()))
                            .blockFirst())
                    .isEqualTo("the one thread");
            assertThat(single(there, () -> carrier()).blockingGet()).isEqualTo("the one thread");
        }

        @Test
        void aSchedulerGivesEachCoroutineAWorker() {
            Scheduler own = Schedulers.newSingle("own");
            try {
                String carrier = mono(ReactorAsync.on(own), () -> {
                            awaitSingle(reactor.core.publisher.Mono.just(1).publishOn(Schedulers.parallel()));
                            return carrier(); // after each await on the same worker
                        })
                        .block();
                assertThat(carrier).startsWith("own-");
            } finally {
                own.dispose();
            }
            String carrier = single(RxAsync.on(io.reactivex.rxjava3.schedulers.Schedulers.single()), () -> carrier())
                    .blockingGet();
            assertThat(carrier).startsWith("RxSingleScheduler-");
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void membersRunWhereTheirParentDoes(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                String member = coroutine(() -> async(() -> carrier()).await())
                        .on(Dispatcher.on(thread))
                        .await();
                assertThat(member).isEqualTo("the one thread");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void aPieceOfACoroutineMayRunElsewhere(Backend backend) throws Exception {
            onEachBackend(
                    backend,
                    () -> run(() -> {
                        String there = coroutine(() -> carrier())
                                .on(Dispatcher.on(thread))
                                .await();
                        assertThat(there).isEqualTo("the one thread");
                        assertThat(carrier()).startsWith("ForkJoinPool"); // it has come back
                    }));
        }

        // --- turns

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void aCoroutineThatBlocksFreesTheThread(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var released = new CountDownLatch(1);
                Deferred<String> waits = coroutine(() -> {
                            released.await(); // blocks the coroutine, not the thread that carries it
                            return "released";
                        })
                        .on(Dispatcher.on(thread))
                        .start();
                thread.execute(released::countDown); // the thread is free for that
                assertThat(waits.await()).isEqualTo("released");
            });
        }

        @Test
        void theCurrentThreadIsTheCoroutinesOwn() {
            boolean dispatchThread = coroutine(() -> SwingUtilities.isEventDispatchThread())
                    .on(Dispatcher.on(SwingUtilities::invokeLater))
                    .await();
            assertThat(dispatchThread).isFalse();
            assertThat(coroutine(() -> carrier())
                            .on(Dispatcher.on(SwingUtilities::invokeLater))
                            .await())
                    .startsWith("AWT-EventQueue");
            assertThat(coroutine(() -> Thread.currentThread().isVirtual())
                            .on(Dispatcher.on(thread))
                            .await())
                    .isTrue();
        }

        @Test
        void theEventLoopOnWhichItIsSubscribedTo() throws Exception {
            var loop = new DefaultEventLoop(new DefaultThreadFactory("loop"));
            try {
                var answer = new CompletableFuture<String>();
                var elsewhere = new CompletableFuture<String>();
                loop.execute(() -> mono(Dispatcher.eventLoop(), () -> {
                            delay(Duration.ofMillis(1));
                            return carrier();
                        })
                        .subscribe(answer::complete, answer::completeExceptionally));
                mono(Dispatcher.eventLoop(), () -> carrier()).subscribe(elsewhere::complete);
                assertThat(await(answer)).startsWith("loop-");
                assertThat(await(elsewhere)).startsWith("ForkJoinPool");
            } finally {
                loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
            }
        }

        // --- what is refused

        @Test
        void anExecutorThatRunsInTheCallIsRefused() {
            Deferred<String> direct =
                    coroutine(() -> "never").on(Dispatcher.on(Runnable::run)).start();
            assertThatThrownBy(direct::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Dispatcher.on(executor) cannot run the steps of a coroutine: it runs them inside the call"
                                    + " that hands them over, on the calling thread; it must queue them for threads of its"
                                    + " own");
        }

        @Test
        void anExecutorOfVirtualThreadsIsRefused() {
            try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
                Deferred<String> handle =
                        coroutine(() -> "never").on(Dispatcher.on(virtual)).start();
                assertThatThrownBy(handle::await)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("it runs them on virtual threads; a coroutine is one itself");
            }
        }

        @Test
        void anExecutorThatHoldsAMonitorIsRefused() {
            Dispatcher guarded = Dispatcher.on(step -> thread.execute(() -> {
                synchronized (thread) {
                    step.run();
                }
            }));
            Deferred<String> handle = coroutine(() -> "never").on(guarded).start();
            assertThatThrownBy(handle::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("it runs them while it holds a monitor (of ");
        }

        @Test
        void anExecutorThatWasShutDownIsRefused() {
            thread.shutdown();
            Deferred<String> handle =
                    coroutine(() -> "never").on(Dispatcher.on(thread)).start();
            assertThatThrownBy(handle::await)
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("Dispatcher.on(executor) takes no more steps of a coroutine");
        }

        @Test
        void schedulersThatRunInTheCallAreRefused() {
            for (Scheduler scheduler : List.of(Schedulers.immediate(), VirtualTimeScheduler.create()))
                assertThatThrownBy(() ->
                                mono(ReactorAsync.on(scheduler), () -> "never").block())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("ReactorAsync.on(scheduler) cannot run the steps of a coroutine")
                        .hasMessageContaining("inside the call that hands them over");
            assertThatThrownBy(() -> single(
                                    RxAsync.on(io.reactivex.rxjava3.schedulers.Schedulers.trampoline()), () -> "never")
                            .blockingGet())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("RxAsync.on(scheduler) cannot run the steps of a coroutine");
        }

        @Test
        void aRefusedCoroutineCleansUp() throws Exception {
            var begun = new CountDownLatch(1);
            var signal = new CompletableFuture<String>();
            var cleaned = new CompletableFuture<String>();
            Deferred<String> handle = coroutine(() -> {
                        try {
                            begun.countDown();
                            return await(signal);
                        } finally {
                            cleaned.complete(carrier());
                        }
                    })
                    .on(Dispatcher.on(thread))
                    .start();
            begun.await();
            thread.submit(() -> {}).get(); // the step before this one is over: it waits
            thread.shutdown();
            signal.complete("too late");
            assertThatThrownBy(handle::await).isInstanceOf(RejectedExecutionException.class);
            assertThat(await(cleaned)).startsWith("ForkJoinPool");
        }

        /** The loop waits for a lock that a coroutine of its own is to have first. */
        @Test
        void aLockThatTheThreadWaitsForToo() throws Exception {
            var lock = new ReentrantLock();
            lock.lock();
            var got = new CompletableFuture<String>();
            var begun = new CountDownLatch(1);
            coroutine(() -> {
                        begun.countDown();
                        lock.lock();
                        try {
                            got.complete("the lock");
                        } finally {
                            lock.unlock();
                        }
                        return null;
                    })
                    .on(Dispatcher.on(thread))
                    .start();
            begun.await();
            var waits = thread.submit(() -> {
                lock.lock(); // behind the coroutine
                lock.unlock();
            });
            while (lock.getQueueLength() < 2) Thread.onSpinWait();
            lock.unlock();
            assertThat(await(got)).isEqualTo("the lock");
            waits.get();
        }

        // --- computing

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.DispatchersGuideTest#backends")
        void whatComputesGoesToAPool(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
                    long sum = coroutine(() -> {
                                CompletableFuture<Long> work = CompletableFuture.supplyAsync(() -> sum(1_000), pool);
                                return await(work); // the thread is free meanwhile
                            })
                            .on(Dispatcher.on(thread))
                            .await();
                    assertThat(sum).isEqualTo(500_500);
                }
            });
        }

        private long sum(long to) {
            long sum = 0;
            for (long n = 1; n <= to; n++) sum += n;
            return sum;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoopThatComputesLooksForItsCancellation(boolean reactor) throws Exception {
        onEachBackend(
                reactor ? new ReactorBackend() : new RxBackend(),
                () -> assertThatThrownBy(() -> withTimeout(Duration.ofMillis(20), () -> {
                            for (long candidate = 3; ; candidate += 2) {
                                if (candidate % 1_001 == 0) checkpoint(); // throws when the time is over
                            }
                        }))
                        .isInstanceOf(TimeoutException.class));
    }

    @Test
    void aGeneratorHasADispatcherToo() {
        assertThat(flux(Dispatcher.virtual(), out -> out.emit(1)).blockFirst()).isEqualTo(1);
    }
}
