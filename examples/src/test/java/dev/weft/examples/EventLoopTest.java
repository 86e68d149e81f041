package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpServer;
import io.vertx.rxjava3.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/** Servers whose requests stay on the event loop that has accepted them, from the first line to the answer. */
class EventLoopTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final int REQUESTS = 20;
    private static final int LOOPS = 2;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void supported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    private CompletableFuture<String> post(int port, String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(HttpRequest.BodyPublishers.ofString("body"))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }

    private static String get(CompletableFuture<String> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    /** {@return the name of the thread that carries the current one} */
    private static String carrier() {
        return Thread.currentThread().toString().replaceFirst(".*@", "");
    }

    private void nothingHops(int port, String loops) throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) answers.add(post(port, "/whole"));
        for (CompletableFuture<String> answer : answers) assertThat(get(answer)).matches("body on " + loops);
        assertThat(get(post(port, "/hello"))).isEqualTo("hello body");
    }

    /** More requests than loops, which all wait for a last one. */
    private void whatBlocksFreesTheLoop(int port) throws Exception {
        List<CompletableFuture<String>> blocked = new ArrayList<>();
        for (int i = 0; i <= LOOPS; i++) blocked.add(post(port, "/block"));
        assertThat(get(post(port, "/release"))).isEqualTo("released");
        for (CompletableFuture<String> answer : blocked) assertThat(get(answer)).isEqualTo("went on");
    }

    @Nested
    class ReactorNetty {
        private final LoopResources loops = LoopResources.create("loop", 1, LOOPS, true);
        private final CountDownLatch blocks = new CountDownLatch(LOOPS + 1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final DisposableServer server = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops, false)
                .route(this::routes)
                .bindNow();

        @AfterEach
        void close() {
            server.disposeNow();
            loops.dispose();
        }

        private void routes(HttpServerRoutes routes) {
            routes.post("/whole", (request, response) -> {
                Set<String> threads = new LinkedHashSet<>();
                threads.add(Thread.currentThread().getName());
                return response.sendString(mono(Dispatcher.eventLoop(), () -> {
                    threads.add(carrier());
                    String body = awaitSingle(request.receive().aggregate().asString());
                    threads.add(carrier());
                    awaitSingle(Mono.delay(MILLI));
                    threads.add(carrier());
                    delay(MILLI);
                    threads.add(carrier());
                    threads.add(async(EventLoopTest::carrier).await());
                    return body + " on " + String.join(", ", threads);
                }));
            });
            routes.post("/hello", (request, response) -> {
                return response.sendString(mono(Dispatcher.eventLoop(), () -> {
                    String name = awaitSingle(request.receive().aggregate().asString());
                    delay(Duration.ofMillis(10));
                    return "hello " + name;
                }));
            });
            routes.post(
                    "/block",
                    (request, response) -> response.sendString(mono(Dispatcher.eventLoop(), () -> {
                        blocks.countDown();
                        released.await();
                        return "went on";
                    })));
            routes.post(
                    "/release",
                    (request, response) -> response.sendString(mono(Dispatcher.eventLoop(), () -> {
                        blocks.await();
                        released.countDown();
                        return "released";
                    })));
        }

        @Test
        void aWholeRequestStaysOnItsLoop() throws Exception {
            nothingHops(server.port(), "loop-nio-\\d+|loop-epoll-\\d+");
        }

        @Test
        void aRequestThatBlocksFreesItsLoop() throws Exception {
            whatBlocksFreesTheLoop(server.port());
        }
    }

    @Nested
    class VertxServer {
        private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
        private final CountDownLatch blocks = new CountDownLatch(LOOPS + 1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> answer(request)
                        .flatMapCompletable(answer -> request.response().rxEnd(answer))
                        .subscribe(() -> {}, failure -> request.response().end("" + failure)))
                .rxListen(0, "127.0.0.1")
                .blockingGet();

        @AfterEach
        void close() {
            vertx.rxClose().blockingAwait();
        }

        private Single<String> answer(HttpServerRequest request) {
            return switch (request.path()) {
                case "/block" ->
                    single(Dispatcher.eventLoop(), () -> {
                        blocks.countDown();
                        released.await();
                        return "went on";
                    });
                case "/release" ->
                    single(Dispatcher.eventLoop(), () -> {
                        blocks.await();
                        released.countDown();
                        return "released";
                    });
                case "/hello" -> hello(request);
                default -> whole(request);
            };
        }

        private Single<String> hello(HttpServerRequest request) {
            Single<Buffer> received = request.body(); // here: a coroutine begins after this
            return single(Dispatcher.eventLoop(), () -> {
                String name = await(received).toString();
                delay(Duration.ofMillis(10));
                return "hello " + name;
            });
        }

        private Single<String> whole(HttpServerRequest request) {
            Set<String> threads = new LinkedHashSet<>();
            threads.add(Thread.currentThread().getName());
            Single<Buffer> received = request.body();
            return single(Dispatcher.eventLoop(), () -> {
                        threads.add(carrier());
                        String body = await(received).toString();
                        threads.add(carrier());
                        await(Single.<Long>create(emitter -> vertx.setTimer(1, emitter::onSuccess)));
                        threads.add(carrier());
                        await(Single.just(1).observeOn(Schedulers.computation()));
                        threads.add(carrier());
                        delay(MILLI);
                        threads.add(carrier());
                        threads.add(async(EventLoopTest::carrier).await());
                        return body;
                    })
                    .map(body -> {
                        threads.add(carrier());
                        return body + " on " + String.join(", ", threads);
                    });
        }

        @Test
        void aWholeRequestStaysOnItsLoop() throws Exception {
            nothingHops(server.actualPort(), "vert\\.x-eventloop-thread-\\d+");
        }

        @Test
        void aRequestThatBlocksFreesItsLoop() throws Exception {
            whatBlocksFreesTheLoop(server.actualPort());
        }
    }
}
