package dev.weft.benchmarks.service;

import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/** Reactor Netty with one handler. */
final class ReactorServer {
    private ReactorServer() {}

    /** Starts it, and returns its port. */
    static int start(Function<String, Mono<String>> handler) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) ->
                        response.sendString(handler.apply(request.uri().substring(1))))
                .bindNow()
                .port();
    }
}
