package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.rxjava.RxAsync;
import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpClient;
import io.vertx.rxjava3.core.http.HttpClientRequest;
import io.vertx.rxjava3.core.http.HttpClientResponse;
import io.vertx.rxjava3.core.http.HttpServer;
import io.vertx.rxjava3.core.http.HttpServerRequest;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vert.x with its RxJava API: a handler subscribes to a {@code Single} whose body awaits. */
class VertxTest extends ServerTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final List<Throwable> undelivered = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(request -> answer(request, page(request)))
            .rxListen(0, "127.0.0.1")
            .blockingGet();

    @BeforeEach
    void watch() {
        RxJavaPlugins.setErrorHandler(undelivered::add);
        vertx.exceptionHandler(undelivered::add);
    }

    @AfterEach
    void close() {
        vertx.rxClose().blockingAwait();
        RxJavaPlugins.setErrorHandler(null);
        assertThat(undelivered).isEmpty();
    }

    @Override
    int port() {
        return server.actualPort();
    }

    private void answer(HttpServerRequest request, Single<String> page) {
        var response = request.response();
        var work = new CompositeDisposable();
        response.closeHandler(gone -> work.dispose()); // the client has left: the body is cancelled
        work.add(page.flatMapCompletable(response::rxEnd)
                .subscribe(
                        () -> {},
                        failure -> response.setStatusCode(statusOf(failure)).end()));
    }

    private static int statusOf(Throwable failure) {
        return failure instanceof TimeoutException ? 504 : 500;
    }

    private Single<String> page(HttpServerRequest request) {
        return switch (request.path()) {
            case "/hello" -> single(() -> shop.hello(request.getParam("name")));
            case "/late" -> single(() -> withTimeout(SOON, () -> shop.never()));
            case "/never" -> single(() -> shop.never());
            case "/loop" ->
                single(Dispatcher.eventLoop(), () -> Thread.currentThread().toString());
            case "/tenant" ->
                single(() -> withContext("tenant", "acme", () -> context().get("tenant") + TENANT.get()));
            case "/context" -> single(() -> Vertx.currentContext() == null ? "none" : "its own");
            default -> Single.fromCallable(() -> RxAsync.await(single(() -> shop.hello("loop")))); // awaits on the loop
        };
    }

    @Test
    void aHandlerSubscribesToASingle() throws Exception {
        assertThat(get("/hello?name=ann")).isEqualTo("hello ann");
    }

    @Test
    void aHandlerMayNotAwaitItself() throws Exception {
        assertThat(status("/await")).isEqualTo(500);
    }

    @Test
    void aBodyRunsOnTheEventLoopIfAsked() throws Exception {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        assertThat(get("/loop")).contains("vert.x-eventloop-thread");
    }

    @Test
    void aBodyHasTheContextOfTheHandlerAndWhatIsPutIntoItsOwn() throws Exception {
        assertThat(get("/context")).isEqualTo("its own");
        assertThat(get("/tenant")).isEqualTo("acmeacme");
    }

    @Test
    void aTimeLimitIsAnAnswer() throws Exception {
        assertThat(status("/late")).isEqualTo(504);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aClientThatLeavesCancelsTheBody() throws Exception {
        Socket leaving = client("/never");
        soon(shop.asked);
        leaving.close();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void closingTheServerCancelsTheBody() throws Exception {
        client("/never");
        soon(shop.asked);
        server.rxClose().blockingAwait();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    // --- the client

    private String fetch(String path) {
        HttpClientRequest request = await(client.rxRequest(HttpMethod.GET, port(), "127.0.0.1", path));
        Single<Buffer> body = request.rxResponse().flatMap(HttpClientResponse::rxBody);
        Single<Buffer> answer = body.zipWith(request.rxEnd().toSingleDefault(true), (text, sent) -> text);
        return Async.<Buffer>awaitCallback(done -> {
                    var unused = answer.subscribe(done::resume, done::fail);
                    done.onCancel(() -> request.reset()); // disposing of the body would not tell the server
                })
                .toString();
    }

    @Test
    void aClientFetches() {
        assertThat(run(() -> fetch("/hello?name=ben"))).isEqualTo("hello ben");
    }

    @Test
    void aFetchThatIsCancelledReachesTheServer() throws Exception {
        Deferred<String> fetched = async(() -> fetch("/never"));
        soon(shop.asked);
        fetched.cancel();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
        assertThatThrownBy(fetched::await).isInstanceOf(CancelledException.class);
    }

    @Test
    void aServerThatGoesAwayFailsTheFetch() throws Exception {
        Deferred<String> fetched = async(() -> fetch("/never"));
        soon(shop.asked);
        server.rxClose().blockingAwait();
        assertThatThrownBy(fetched::await).isInstanceOf(io.vertx.core.http.HttpClosedException.class);
    }
}
