package dev.weft.benchmarks.service;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;

/** Reactor Netty with one handler. */
final class ReactorServer {
    private ReactorServer() {}

    /** Starts it, and returns its port. */
    static int start(Function<String, Mono<String>> handler) {
        return start((id, request) -> handler.apply(id));
    }

    /**
     * Starts it with a handler whose answers may come from another event loop, and go back to the request's own. Reactor
     * Netty 1.3.6 may otherwise take a request to be pipelined, and read no more if the next is answered at once: its
     * issue 4361.
     */
    static int startWithReturn(Function<String, Mono<String>> handler) {
        return start((id, request) -> handler.apply(id).publishOn(loop(request)));
    }

    private static int start(Handler handler) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) ->
                        response.sendString(handler.answer(request.uri().substring(1), request)))
                .bindNow()
                .port();
    }

    private static Scheduler loop(HttpServerRequest request) {
        var loop = new AtomicReference<Scheduler>();
        request.withConnection(connection ->
                loop.set(Schedulers.fromExecutor(connection.channel().eventLoop())));
        return Objects.requireNonNull(loop.get());
    }

    private interface Handler {
        Mono<String> answer(String id, HttpServerRequest request);
    }
}
