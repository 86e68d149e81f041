package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.Hooks;
import dev.weft.Outcome;
import dev.weft.Overflow;
import dev.weft.spi.CoroutineOptions;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pieces of code in the guide for services on Vert.x's own futures, and its claims. */
class FromVertxTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private Hooks.Handle drops;

    @BeforeEach
    void watch() {
        drops = Hooks.onDropped(dropped::add);
    }

    @AfterEach
    void close() throws Exception {
        soon(vertx.close());
        drops.close();
        assertThat(dropped).isEmpty();
    }

    private static <T> T soon(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void assumeSupported() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
    }

    // --- the two bridges

    static <T> T await(Future<T> future) {
        return Async.await(future.toCompletionStage());
    }

    static <T> Future<T> future(Callable<T> body) {
        Deferred<T> started = coroutine(body).on(Dispatcher.eventLoop()).start();
        return Future.fromCompletionStage(started.toCompletableFuture(), Vertx.currentContext());
    }

    // --- before and after

    private Future<String> user(int id) {
        if (id < 0) return Future.failedFuture(new IllegalArgumentException("no user " + id));
        return vertx.timer(1, TimeUnit.MILLISECONDS).map("user " + id);
    }

    private Future<Integer> score(String user) {
        return vertx.timer(1, TimeUnit.MILLISECONDS).map(user.length());
    }

    private Future<Integer> orders(String user) {
        return vertx.timer(1, TimeUnit.MILLISECONDS).map(3);
    }

    private static Future<String> never() {
        return Promise.<String>promise().future();
    }

    Future<String> before(int id) {
        return user(id).compose(user -> Future.all(score(user), orders(user))
                        .map(both -> user + ": " + both.<Integer>resultAt(0) + ", " + both.<Integer>resultAt(1)))
                .recover(failure -> Future.succeededFuture("nobody, for " + failure.getMessage()));
    }

    String after(int id) {
        try {
            String user = await(user(id));
            Future<Integer> score = score(user); // hot: both have begun
            Future<Integer> orders = orders(user);
            return user + ": " + await(score) + ", " + await(orders);
        } catch (IllegalArgumentException failure) {
            return "nobody, for " + failure.getMessage();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void beforeAndAfter(ThreadingModel model) throws Exception {
        assumeSupported();
        Context verticle = verticle(model);
        for (int id : List.of(7, -1)) {
            String expected = in(verticle, () -> before(id));
            assertThat(in(verticle, () -> future(() -> after(id)))).isEqualTo(expected);
            assertThat(run(() -> after(id))).isEqualTo(expected);
        }
        assertThat(run(() -> after(7))).isEqualTo("user 7: 6, 3");
        assertThat(run(() -> after(-1))).isEqualTo("nobody, for no user -1");
    }

    private Context verticle(ThreadingModel model) throws Exception {
        var deployed = new CompletableFuture<Context>();
        vertx.deployVerticle(
                        new VerticleBase() {
                            @Override
                            public Future<?> start() {
                                deployed.complete(context);
                                return Future.succeededFuture();
                            }
                        },
                        new DeploymentOptions().setThreadingModel(model))
                .onFailure(deployed::completeExceptionally);
        return deployed.get(20, TimeUnit.SECONDS);
    }

    /** Calls in the queue of a context. */
    private static <T> T in(Context context, Callable<Future<T>> call) throws Exception {
        Promise<T> result = Promise.promise();
        context.runOnContext(now -> {
            try {
                call.call().onComplete(result);
            } catch (Throwable failure) {
                result.fail(failure);
            }
        });
        return soon(result.future());
    }

    // --- futures

    @Test
    void aFailureComesAsItself() {
        var failure = new IOException("closed");
        assertThatThrownBy(() -> run(() -> await(user(-1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no user -1");
        assertThatThrownBy(() -> run(
                        () -> Async.await(Future.<String>failedFuture(failure).toCompletionStage(), IOException.class)))
                .isSameAs(failure);
    }

    @Test
    void nullIsAValue() {
        String none = run(() -> await(Future.<String>succeededFuture()));
        assertThat(none).isNull();
    }

    @Test
    void severalAtOnce() {
        List<String> users = run(() -> gather(coroutine(() -> await(user(1))), coroutine(() -> await(user(2)))));
        List<Outcome<String>> settled =
                run(() -> gatherSettled(coroutine(() -> await(user(1))), coroutine(() -> await(user(-1)))));
        String first = run(() -> race(coroutine(() -> await(user(-1))), coroutine(() -> await(user(2)))));
        assertThat(users).containsExactly("user 1", "user 2");
        assertThat(settled.get(0)).isEqualTo(new Outcome.Success<>("user 1"));
        assertThat(settled.get(1)).isInstanceOf(Outcome.Failure.class);
        assertThat(first).isEqualTo("user 2");
    }

    @Test
    void allIsAwaitedAsItIs() {
        assertThatThrownBy(() -> run(() -> await(Future.all(never(), user(-1)))))
                .hasMessage("no user -1");
    }

    @Test
    void aPromise() {
        Promise<String> promise = Promise.promise();
        String seen = run(() -> {
            Deferred<String> waits = async(() -> await(promise.future()));
            promise.complete("told");
            return waits.await();
        });
        assertThat(seen).isEqualTo("told");
    }

    @Test
    void aTimeLimitGivesUpTheWaitAndNotTheFuture() throws Exception {
        Promise<String> promise = Promise.promise();
        assertThatThrownBy(() -> run(() -> withTimeout(SOON, () -> await(promise.future()))))
                .isInstanceOf(TimeoutException.class);
        promise.complete("late");
        assertThat(soon(promise.future())).isEqualTo("late");
    }

    @Test
    void blockingCodeNeedsNoPool() {
        assertThat(run(() -> await(vertx.executeBlocking(() -> "in a pool")))).isEqualTo("in a pool");
    }

    // --- the queue of a verticle

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void anAwaitInAHandlerIsRefused(ThreadingModel model) throws Exception {
        Context verticle = verticle(model);
        assertThatThrownBy(() -> in(verticle, () -> Future.succeededFuture(await(never()))))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("would block the event loop of thread vert.x-");
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void vertxsOwnAwaitWorksInACoroutine(ThreadingModel model) throws Exception {
        assumeSupported();
        Context verticle = verticle(model);
        if (model != ThreadingModel.VIRTUAL_THREAD)
            assertThatThrownBy(() -> in(verticle, () -> Future.succeededFuture(Future.await(never()))))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Cannot be called on a Vert.x");
        assertThat(in(verticle, () -> future(() -> Future.await(user(7))))).isEqualTo("user 7");
    }

    @Test
    void vertxsOwnAwaitIsInterrupted() {
        assertThat(run(() -> Future.await(user(7)))).isEqualTo("user 7");
        assertThatThrownBy(() -> run(() -> withTimeout(SOON, () -> Future.await(never()))))
                .isInstanceOf(TimeoutException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void theQueueGoesOnWhileACoroutineWaits(ThreadingModel model) throws Exception {
        assumeSupported();
        Context verticle = verticle(model);
        int[] visits = {0}; // needs no lock
        Promise<String> bell = Promise.promise();
        Future<String> waits = future(verticle, () -> {
            visits[0]++;
            String word = await(bell.future());
            visits[0]++;
            return word + " in " + (Vertx.currentContext() == verticle);
        });
        in(verticle, () -> {
            visits[0]++;
            bell.complete("ding"); // an event, meanwhile
            return Future.succeededFuture();
        });
        assertThat(soon(waits)).isEqualTo("ding in true");
        assertThat(visits[0]).isEqualTo(3);
    }

    private static <T> Future<T> future(Context context, Callable<T> body) {
        Promise<T> result = Promise.promise();
        context.runOnContext(now -> future(body).onComplete(result));
        return result.future();
    }

    // --- a server

    private HttpServer server(Callable<String> answer) throws Exception {
        return soon(vertx.createHttpServer()
                .requestHandler(request -> future(answer)
                        .onSuccess(text -> request.response().end(text))
                        .onFailure(
                                failure -> request.response().setStatusCode(500).end()))
                .listen(0, "127.0.0.1"));
    }

    private String get(HttpClient client, int port) {
        return run(() -> {
            var request = await(client.request(HttpMethod.GET, port, "127.0.0.1", "/"));
            var answer = request.response()
                    .compose(response -> response.body().map(body -> response.statusCode() + " " + body));
            await(request.end());
            return await(answer);
        });
    }

    @Test
    void aHandler() throws Exception {
        assumeSupported();
        HttpServer good = server(() -> after(7));
        HttpServer bad = server(() -> {
            throw new IOException("disk full");
        });
        HttpClient client = vertx.createHttpClient();
        assertThat(get(client, good.actualPort())).isEqualTo("200 user 7: 6, 3");
        assertThat(get(client, bad.actualPort())).isEqualTo("500 ");
    }

    // --- streams

    static <T> AsyncStream<T> values(ReadStream<T> source) { // paused
        return AsyncStream.fromListener(Overflow.suspend(), sink -> {
            source.exceptionHandler(sink::fail)
                    .endHandler(end -> sink.complete())
                    .handler(sink::next);
            sink.onRequest(source::fetch);
        });
    }

    private static int length(HttpServerRequest request) {
        delay(Duration.ofMillis(1)); // asks somebody first
        int length = 0;
        try (var parts = values(request).each()) {
            for (Buffer part : parts) length += part.length();
        }
        return length;
    }

    @Test
    void aBody() throws Exception {
        assumeSupported();
        HttpServer server = soon(vertx.createHttpServer()
                .requestHandler(request -> {
                    request.pause(); // here: the body is read later
                    future(() -> length(request))
                            .onSuccess(length -> request.response().end("" + length));
                })
                .listen(0, "127.0.0.1"));
        HttpClient client = vertx.createHttpClient();
        for (int length = 0; length < 200_000; length = 3 * length + 1) {
            Buffer body = Buffer.buffer("x".repeat(length));
            String seen = run(() -> {
                var request = await(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"));
                var answer = request.response().compose(response -> response.body()); // before it is sent
                await(request.end(body));
                return await(answer).toString();
            });
            assertThat(seen).isEqualTo("" + length);
        }
    }

    // --- cancelling

    @Test
    void aCallThatIsCancelled() throws Exception {
        var asked = new CountDownLatch(1);
        Promise<Void> left = Promise.promise();
        HttpServer server = soon(vertx.createHttpServer()
                .requestHandler(request -> {
                    request.connection().closeHandler(left::complete);
                    asked.countDown();
                })
                .listen(0, "127.0.0.1"));
        HttpClient client = vertx.createHttpClient();
        Deferred<Object> call = async(() -> {
            var request = await(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/"));
            return awaitCallback(done -> {
                request.response().compose(response -> response.body()).onComplete(done::accept);
                request.end();
                done.onCancel(() -> request.reset()); // the server sees that the client has left
            });
        });
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        call.cancel();
        soon(left.future());
        assertThat(gatherSettled(call).get(0)).isInstanceOf(Outcome.Cancelled.class);
    }
}
