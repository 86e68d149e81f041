package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Async;
import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineOptions;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.spi.context.storage.ContextLocal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Verticles of all three kinds: a coroutine goes on in their queue and with their context, and nobody else waits there. */
class VertxLoopsTest {
    private static final ContextLocal<String> USER = ContextLocal.registerLocal(String.class);
    private static final Duration MILLI = Duration.ofMillis(1);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(Watched.SECONDS, TimeUnit.SECONDS);
    }

    private static void assumeSupported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        String name = Thread.currentThread().toString();
        return name.substring(name.lastIndexOf('@') + 1);
    }

    private static String carriers(ThreadingModel model) {
        return switch (model) {
            case EVENT_LOOP -> "vert.x-eventloop-thread-";
            case WORKER -> "vert.x-worker-thread-";
            default -> "ForkJoinPool-";
        };
    }

    /** {@return the context of a new verticle} */
    private Context verticle(ThreadingModel model) {
        var deployed = new CompletableFuture<Context>();
        vertx.deployVerticle(
                new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        deployed.complete(context);
                        return Future.succeededFuture();
                    }
                },
                new DeploymentOptions().setThreadingModel(model));
        return get(deployed);
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Runs a task in the queue of a context. */
    private static <T> T in(Context context, Callable<T> task) {
        var result = new CompletableFuture<T>();
        context.runOnContext(now -> {
            try {
                result.complete(task.call());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        return get(result);
    }

    /** Runs a coroutine that is subscribed to in the queue of a context. */
    private static <T> T coroutine(Context context, Callable<T> body) {
        return get(in(
                context,
                () -> single(Dispatcher.eventLoop(), body).toCompletionStage().toCompletableFuture()));
    }

    private Single<Long> tick() {
        return Single.create(
                emitter -> vertx.timer(1, TimeUnit.MILLISECONDS).onComplete(done -> emitter.onSuccess(1L)));
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void nobodyMayWaitInTheQueue(ThreadingModel model) {
        Context context = verticle(model);
        in(context, () -> {
            for (ThrowingCallable wait : List.<ThrowingCallable>of(
                    () -> await(tick()),
                    () -> run(() -> await(tick())),
                    () -> Async.await(new CompletableFuture<>()),
                    () -> delay(MILLI),
                    () -> each(Flowable.just(1))))
                assertThatThrownBy(wait)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("would block the event loop of thread vert.x-")
                        .hasMessageContaining("single(() -> …) here");
            return null;
        });
        assertThat(in(context, () -> "the next event")).isEqualTo("the next event");
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void aCoroutineStaysInTheQueueAndKeepsTheContext(ThreadingModel model) {
        assumeSupported();
        Context context = verticle(model);
        List<String> carriers = new CopyOnWriteArrayList<>();
        List<Context> contexts = new CopyOnWriteArrayList<>();
        Runnable look = () -> {
            carriers.add(carrier());
            contexts.add(Vertx.currentContext());
        };
        coroutine(context, () -> {
            look.run();
            await(tick());
            look.run();
            await(Single.just(1).observeOn(Schedulers.computation()));
            look.run();
            delay(MILLI);
            look.run();
            Thread.sleep(1);
            look.run();
            async(() -> {
                        look.run();
                        await(tick());
                        look.run();
                        return 1;
                    })
                    .await();
            look.run();
            return 1;
        });
        assertThat(carriers).hasSize(8).allMatch(name -> name.startsWith(carriers(model)));
        if (model == ThreadingModel.EVENT_LOOP)
            assertThat(carriers).containsOnly(in(context, Thread::currentThread).getName());
        assertThat(contexts).hasSize(8).containsOnly(context);
    }

    /** Also what is downstream of the coroutine. */
    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void aDuplicatedContextKeepsItsLocals(ThreadingModel model) {
        assumeSupported();
        Context context = verticle(model);
        List<CompletableFuture<String>> users = new ArrayList<>();
        for (String name : List.of("ann", "bob")) {
            ContextInternal request = ((ContextInternal) context).duplicate();
            request.putLocal(USER, name);
            users.add(in(
                    request,
                    () -> single(Dispatcher.eventLoop(), () -> {
                                await(tick());
                                return Vertx.currentContext().getLocal(USER);
                            })
                            .map(user -> user + " " + Vertx.currentContext().getLocal(USER))
                            .toCompletionStage()
                            .toCompletableFuture()));
        }
        assertThat(users.stream().map(VertxLoopsTest::get)).containsExactly("ann ann", "bob bob");
    }

    /** So its library answers on the loop on which the coroutine was started, with the locals of its request. */
    @Test
    void theContextOfAnEventLoopIsThatOfACoroutineOnVirtualThreadsToo() {
        Context context = verticle(ThreadingModel.EVENT_LOOP);
        Thread loop = in(context, Thread::currentThread);
        ContextInternal request = ((ContextInternal) context).duplicate();
        request.putLocal(USER, "ann");
        CompletableFuture<List<String>> seen = in(
                request,
                () -> single(Dispatcher.virtual(), () -> {
                            Callable<String> look = () -> carrier().replaceAll("[-0-9].*", "") + " "
                                    + Vertx.currentContext().getLocal(USER) + " "
                                    + await(tick().map(at -> Thread.currentThread() == loop));
                            return List.of(look.call(), async(look).await());
                        })
                        .toCompletionStage()
                        .toCompletableFuture());
        assertThat(get(seen)).containsOnly("ForkJoinPool ann true");
    }

    /** A handler there may wait for a coroutine, which would wait for the queue that the handler holds up. */
    @ParameterizedTest
    @EnumSource(names = {"WORKER", "VIRTUAL_THREAD"})
    void theContextOfAVerticleThatMayWaitIsNot(ThreadingModel model) {
        Context context = verticle(model);
        assertThat(in(
                        context,
                        () -> single(Dispatcher.virtual(), () -> await(tick()) + " in " + Vertx.currentContext())
                                .blockingGet()))
                .isEqualTo("1 in null");
    }

    /** Neither two coroutines nor a coroutine and a handler. */
    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void nothingOfAVerticleRunsAtTheSameTime(ThreadingModel model) {
        assumeSupported();
        Context context = verticle(model);
        var busy = new AtomicInteger();
        var counter = new int[1];
        Runnable step = () -> {
            assertThat(busy.incrementAndGet()).isEqualTo(1);
            int before = counter[0];
            Thread.onSpinWait();
            counter[0] = before + 1;
            busy.decrementAndGet();
        };
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(in(
                    context,
                    () -> single(Dispatcher.eventLoop(), () -> {
                                for (int n = 0; n < 10; n++) {
                                    step.run();
                                    await(Single.just(1).observeOn(Schedulers.computation()));
                                }
                                return 10;
                            })
                            .toCompletionStage()
                            .toCompletableFuture()));
            in(context, () -> {
                step.run();
                return null;
            });
        }
        all.forEach(VertxLoopsTest::get);
        assertThat(counter[0]).isEqualTo(220);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void aCoroutineThatBlocksFreesTheQueue(ThreadingModel model) {
        assumeSupported();
        Context context = verticle(model);
        var latch = new CountDownLatch(1);
        CompletableFuture<?> blocks = in(
                context,
                () -> single(Dispatcher.eventLoop(), () -> {
                            latch.await();
                            return 1;
                        })
                        .toCompletionStage()
                        .toCompletableFuture());
        in(context, () -> {
            latch.countDown();
            return null;
        });
        get(blocks);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void blockingCodeBesideTheQueueMayWait(ThreadingModel model) {
        Context context = verticle(model);
        CompletableFuture<Long> waited = in(
                context,
                () -> context.executeBlocking(() -> await(tick()))
                        .toCompletionStage()
                        .toCompletableFuture());
        assertThat(get(waited)).isEqualTo(1);
    }

    @Test
    void elsewhereThereIsNoContext() {
        assumeSupported();
        assertThat(single(Dispatcher.eventLoop(), VertxLoopsTest::carrier).blockingGet())
                .startsWith("ForkJoinPool-");
        assertThat(new VertxLoops().current()).isNull();
    }

    /** Started up, it has a thread that cleans; in a JVM of its own, since here it is. */
    @Test
    void vertxIsNotStartedToAskIt() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Awaits.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("awaited 1", "dev.weft.rxjava.VertxLoops").doesNotContain("io.vertx.core.impl");
    }

    static final class Awaits {
        private Awaits() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println("awaited " + await(Single.just(1)));
            Thread.ofVirtual().start(() -> await(Single.just(1))).join();
        }
    }
}
