package dev.weft.examples.checkout.upstream;

import dev.weft.examples.checkout.Trace;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A service on loopback that the shop calls; it records each request, and whether its connection was gone before the
 * answer.
 */
public final class Upstream implements AutoCloseable {
    /** How a request ended. */
    public enum End {
        /** The answer was sent. */
        ANSWERED,
        /** The connection was gone before there was an answer. */
        ABORTED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A request, which may not have arrived yet.
     *
     * @param arrival completes when the request has arrived
     * @param end completes when it has ended
     */
    public record Visit(CompletableFuture<Void> arrival, CompletableFuture<End> end) {}

    /** What is asked for. */
    record Question(int item, String trace) {}

    private final String name;
    private final Map<String, Visit> visits = new ConcurrentHashMap<>();
    private final DisposableServer server;

    private Upstream(String name, Function<Question, Mono<String>> answers) {
        this.name = name;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> answer(request, response, answers))
                .bindNow();
    }

    /**
     * Starts a service.
     *
     * @param name what to call it
     * @param answers what it answers; an error becomes status 503
     */
    static Upstream start(String name, Function<Question, Mono<String>> answers) {
        return new Upstream(name, answers);
    }

    /** {@return the request that has a trace id} */
    public Visit visit(String trace) {
        return visits.computeIfAbsent(trace, unseen -> new Visit(new CompletableFuture<>(), new CompletableFuture<>()));
    }

    /** {@return its port on loopback} */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow();
    }

    @Override
    public String toString() {
        return name;
    }

    private Publisher<Void> answer(
            HttpServerRequest request, HttpServerResponse response, Function<Question, Mono<String>> answers) {
        String trace = request.requestHeaders().get(Trace.HEADER, "none");
        int item = Integer.parseInt(request.uri().substring(1));
        Visit visit = visit(trace);
        visit.arrival.complete(null);
        return answers.apply(new Question(item, trace))
                .onErrorResume(failure -> Mono.fromSupplier(() -> {
                    response.status(503);
                    return String.valueOf(failure.getMessage());
                }))
                .doOnCancel(() -> visit.end.complete(End.ABORTED))
                .flatMap(text -> response.sendString(Mono.just(text)).then())
                .doOnSuccess(sent -> visit.end.complete(End.ANSWERED));
    }
}
