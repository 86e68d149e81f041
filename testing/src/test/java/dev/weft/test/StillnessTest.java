package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.withTimeout;
import static dev.weft.test.Tests.runTest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** No time passes while anything of a test moves, however it waits in between. */
class StillnessTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String EACH = "dev.weft.test.OnEachBackend#options";
    private static final int ROUNDS = 5_000;
    private static final int MANY = 3_000;

    /** Runs a body while something else waits for time, and checks that none has passed. */
    private static void standsStill(TestOptions options, Body body) throws Exception {
        runTest(options, test -> {
            Deferred<?> hour = async(() -> delay(HOUR));
            body.run();
            assertThat(test.currentTime()).isZero();
            hour.await();
        });
    }

    private interface Body {
        void run() throws Exception;
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileCoroutinesAwaitEachOther(TestOptions options) throws Exception {
        standsStill(options, () -> {
            List<CompletableFuture<Integer>> chain = IntStream.range(0, ROUNDS)
                    .mapToObj(i -> new CompletableFuture<Integer>())
                    .toList();
            for (int i = 1; i < ROUNDS; i++) {
                int mine = i;
                async(() -> chain.get(mine).complete(await(chain.get(mine - 1)) + 1));
            }
            chain.get(0).complete(0);
            assertThat(await(chain.get(ROUNDS - 1))).isEqualTo(ROUNDS - 1);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileOneOfThousandsThatWaitGoesOn(TestOptions options) throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        runTest(options, test -> {
            for (int i = 0; i < MANY; i++) {
                int hours = i;
                async(() -> {
                    delay(HOUR.multipliedBy(hours));
                    assertThat(test.currentTime()).isEqualTo(HOUR.multipliedBy(hours));
                    order.add(hours);
                });
            }
        });
        assertThat(order).isEqualTo(IntStream.range(0, MANY).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileTheyHandOverInTheJdk(TestOptions options) throws Exception {
        standsStill(options, () -> {
            var there = new SynchronousQueue<Integer>();
            var back = new SynchronousQueue<Integer>();
            var other = async(() -> {
                for (int i = 0; i < ROUNDS; i++) back.put(there.take() + 1);
            });
            for (int i = 0; i < ROUNDS; i++) {
                there.put(i);
                assertThat(back.take()).isEqualTo(i + 1);
            }
            other.await();
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileTheyHandOverInsideMonitors(TestOptions options) throws Exception {
        standsStill(options, () -> {
            var there = new SynchronousQueue<Integer>();
            var back = new SynchronousQueue<Integer>();
            var other = async(() -> {
                synchronized (there) {
                    for (int i = 0; i < ROUNDS / 10; i++) back.put(there.take() + 1);
                }
            });
            synchronized (back) {
                for (int i = 0; i < ROUNDS / 10; i++) {
                    there.put(i);
                    assertThat(back.take()).isEqualTo(i + 1);
                }
            }
            other.await();
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileTheyNotifyEachOther(TestOptions options) throws Exception {
        standsStill(options, () -> {
            var turn = new int[1];
            var other = async(() -> alternate(turn, 1));
            alternate(turn, 0);
            other.await();
        });
    }

    private static void alternate(int[] turn, int mine) throws InterruptedException {
        for (int i = 0; i < ROUNDS / 10; i++) {
            synchronized (turn) {
                while (turn[0] % 2 != mine) turn.wait();
                turn[0]++;
                turn.notifyAll();
            }
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileTasksOfReactorRun(TestOptions options) throws Exception {
        standsStill(options, () -> {
            Flux<Integer> values = Flux.range(0, 500)
                    .publishOn(Schedulers.parallel(), 1)
                    .flatMap(
                            i -> Flux.just(i)
                                    .subscribeOn(Schedulers.boundedElastic())
                                    .doOnNext(value -> LockSupport.parkNanos(10_000)),
                            4);
            assertThat(ReactorAsync.await(values.count())).isEqualTo(500);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileTasksOfRxJavaRun(TestOptions options) throws Exception {
        standsStill(options, () -> {
            Flowable<Integer> values = Flowable.range(0, 500)
                    .observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation(), false, 1)
                    .flatMap(
                            i -> Flowable.just(i)
                                    .subscribeOn(io.reactivex.rxjava3.schedulers.Schedulers.io())
                                    .doOnNext(value -> LockSupport.parkNanos(10_000)),
                            4);
            assertThat(RxAsync.await(values.count())).isEqualTo(500);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileOneComputes(TestOptions options) throws Exception {
        standsStill(options, () -> {
            var computing = async(() -> {
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
                int sum = 0;
                while (System.nanoTime() < until) sum++;
                return sum;
            });
            assertThat(computing.await()).isPositive();
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_whileOneReadsFromASocket(TestOptions options) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().start(() -> {
                try (Socket client = server.accept()) {
                    client.getInputStream().read();
                    TimeUnit.MILLISECONDS.sleep(500); // longer than what waits in the JDK is looked at
                    client.getOutputStream().write(7);
                } catch (IOException | InterruptedException failure) {
                    throw new AssertionError(failure);
                }
            });
            standsStill(options, () -> {
                try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                    socket.getOutputStream().write(1);
                    assertThat(socket.getInputStream().read()).isEqualTo(7);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_anotherThreadIsNotSeen(TestOptions options) throws Exception {
        var answer = new CompletableFuture<String>();
        var timedOut = new CountDownLatch(1);
        Thread elsewhere = Thread.ofPlatform().start(() -> {
            awaitUninterrupted(timedOut);
            answer.complete("a");
        });
        assertThatThrownBy(() -> runTest(options, test -> withTimeout(HOUR, () -> await(answer))))
                .isInstanceOf(TimeoutException.class);
        timedOut.countDown();
        elsewhere.join();
        assertThat(answer).isCompletedWithValue("a");
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void V1_aPauseInRealTimeWaitsForAnotherThread(TestOptions options) throws Exception {
        runTest(options.jumpAfter(Duration.ofSeconds(50)), test -> {
            var answer = new CompletableFuture<String>();
            Thread.ofPlatform().start(() -> {
                while (answer.getNumberOfDependents() == 0) Thread.yield();
                for (int i = 0; i < 1_000; i++) Coroutines.dump(); // time enough for a jump
                answer.complete("a");
            });
            assertThat(withTimeout(HOUR, () -> await(answer))).isEqualTo("a");
            assertThat(test.currentTime()).isZero();
        });
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
