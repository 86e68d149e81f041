package dev.weft.examples.checkout.rxjava;

import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;

import dev.weft.examples.checkout.Bank;
import dev.weft.examples.checkout.Engine;
import dev.weft.examples.checkout.Page;
import dev.weft.examples.checkout.Pool;
import dev.weft.examples.checkout.Trace;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpClient;
import io.vertx.rxjava3.core.http.HttpServer;
import io.vertx.rxjava3.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Vert.x with its RxJava API. */
public final class RxEngine implements Engine {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient();
    private final List<Throwable> unhandled = new CopyOnWriteArrayList<>();

    /** Sets the hook for errors that nobody handles. */
    public RxEngine() {
        vertx.exceptionHandler(unhandled::add);
        RxJavaPlugins.setErrorHandler(unhandled::add);
    }

    @Override
    public Pool pool(String url, int connections) {
        return RxPool.open(vertx, url, connections);
    }

    @Override
    public Bank bank(int port) {
        return new RxBank(http, port);
    }

    @Override
    public Server serve(Page page) {
        HttpServer server = vertx.createHttpServer().requestHandler(request -> answer(page, request));
        return new VertxServer(await(server.rxListen(0, "127.0.0.1")));
    }

    private void answer(Page page, HttpServerRequest request) {
        String trace = Trace.of(request.getHeader(Trace.HEADER));
        var response = request.response().putHeader(Trace.HEADER, trace);
        var work = new CompositeDisposable();
        response.closeHandler(gone -> work.dispose());
        work.add(single(() -> withContext(
                        Trace.KEY, trace, () -> page.answer(request.method().name(), request.uri())))
                .flatMapCompletable(
                        answer -> response.setStatusCode(answer.status()).rxEnd(answer.body()))
                .subscribe(() -> {}, failure -> fail(request, failure)));
    }

    private void fail(HttpServerRequest request, Throwable failure) {
        unhandled.add(failure);
        request.response().reset();
    }

    @Override
    public void onEventLoop(Runnable task) {
        vertx.runOnContext(now -> task.run());
    }

    @Override
    public List<Throwable> unhandled() {
        return unhandled;
    }

    @Override
    public void close() {
        await(vertx.rxClose());
        RxJavaPlugins.setErrorHandler(null);
    }

    private record VertxServer(HttpServer server) implements Server {
        @Override
        public int port() {
            return server.actualPort();
        }

        @Override
        public void close() {
            await(server.rxClose());
        }
    }
}
