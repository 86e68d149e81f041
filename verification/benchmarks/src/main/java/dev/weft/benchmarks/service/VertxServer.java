package dev.weft.benchmarks.service;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import io.vertx.core.DeploymentOptions;
import io.vertx.rxjava3.core.AbstractVerticle;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Vert.x with one handler, on as many event loops as there are processors. */
final class VertxServer extends AbstractVerticle {
    /** To Vert.x, a negative port is any free one, the same for all instances of a verticle. */
    private static final int SHARED_PORT = -1;

    private final Function<Vertx, Function<String, Single<String>>> factory;
    private final AtomicInteger port;

    private VertxServer(Function<Vertx, Function<String, Single<String>>> factory, AtomicInteger port) {
        this.factory = factory;
        this.port = port;
    }

    /** Starts it, and returns its port. */
    static int start(Function<Vertx, Function<String, Single<String>>> factory) {
        var port = new AtomicInteger();
        int loops = Runtime.getRuntime().availableProcessors();
        Vertx.vertx()
                .rxDeployVerticle(() -> new VertxServer(factory, port), new DeploymentOptions().setInstances(loops))
                .ignoreElement()
                .blockingAwait();
        return port.get();
    }

    @Override
    public Completable rxStart() {
        Function<String, Single<String>> handler = factory.apply(vertx);
        return vertx.createHttpServer()
                .requestHandler(request -> answer(handler, request))
                .rxListen(SHARED_PORT, "127.0.0.1")
                .doOnSuccess(server -> port.set(server.actualPort()))
                .ignoreElement();
    }

    @SuppressWarnings("CheckReturnValue")
    private static void answer(Function<String, Single<String>> handler, HttpServerRequest request) {
        handler.apply(request.path().substring(1))
                .flatMapCompletable(request.response()::rxEnd)
                .subscribe(() -> {}, failure -> {
                    failure.printStackTrace();
                    request.response().setStatusCode(500).end(String.valueOf(failure));
                });
    }
}
