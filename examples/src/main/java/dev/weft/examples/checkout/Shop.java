package dev.weft.examples.checkout;

import java.time.Duration;
import java.util.UUID;
import java.util.function.IntFunction;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An HTTP server with one page: {@code POST /checkout/{item}}. */
public final class Shop implements AutoCloseable {
    /** How the checkout is written. */
    public enum Style {
        /** In await style. */
        AWAIT,
        /** In await style, one call after the other. */
        ONE_BY_ONE,
        /** With Reactor's operators. */
        OPERATORS
    }

    private static final String PATH = "/checkout/";

    private final Database database = Database.open();
    private final Carrier carrier;
    private final Recommendations recommendations;
    private final IntFunction<Mono<Receipt>> checkout;
    private final DisposableServer server;

    private Shop(Style style, Upstreams upstreams, Duration patience) {
        carrier = new Carrier(upstreams.carrier().port());
        recommendations = new Recommendations(upstreams.recommendations().port());
        checkout = checkout(style, new Bank(upstreams.bank().port()), patience);
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(this::traced)
                .bindNow();
    }

    /**
     * Opens a shop with a database of its own.
     *
     * @param style how its checkout is written
     * @param upstreams the services it calls
     * @param patience how long it waits for the carrier
     */
    public static Shop open(Style style, Upstreams upstreams, Duration patience) {
        return new Shop(style, upstreams, patience);
    }

    /** {@return the port on loopback} */
    public int port() {
        return server.port();
    }

    /** {@return its database} */
    public Database database() {
        return database;
    }

    @Override
    public void close() {
        server.disposeNow();
        carrier.close();
        recommendations.close();
        database.close();
    }

    private IntFunction<Mono<Receipt>> checkout(Style style, Bank bank, Duration patience) {
        var catalogue = new Catalogue(database.pool());
        var orders = new Orders(database.pool());
        var await = new Checkout(catalogue, bank, carrier, recommendations, orders, patience);
        var operators = new CheckoutWithOperators(catalogue, bank, carrier, recommendations, database.pool(), patience);
        return switch (style) {
            case AWAIT -> await::checkout;
            case ONE_BY_ONE -> await::checkoutOneByOne;
            case OPERATORS -> operators::checkout;
        };
    }

    /** The filter: puts the trace id into the context of all that is done for the request, and into the response. */
    private Mono<Void> traced(HttpServerRequest request, HttpServerResponse response) {
        String sent = request.requestHeaders().get(Trace.HEADER);
        String trace = sent == null ? UUID.randomUUID().toString() : sent;
        response.header(Trace.HEADER, trace);
        return answered(request, response).contextWrite(context -> context.put(Trace.KEY, trace));
    }

    private Mono<Void> answered(HttpServerRequest request, HttpServerResponse response) {
        return routed(request)
                .map(Receipt::toString)
                .onErrorResume(
                        Problem.class,
                        problem -> Mono.fromSupplier(() -> {
                            response.status(problem.status());
                            return problem.getMessage();
                        }))
                .flatMap(body -> response.sendString(Mono.just(body)).then());
    }

    private Mono<Receipt> routed(HttpServerRequest request) {
        if (!request.uri().startsWith(PATH)) return Mono.error(new Problem(404, "no page " + request.uri()));
        if (!request.method().name().equals("POST")) return Mono.error(new Problem(405, "a checkout is a POST"));
        String item = request.uri().substring(PATH.length());
        if (!item.matches("\\d{1,9}")) return Mono.error(new Problem(400, "no number of an item: " + item));
        return checkout.apply(Integer.parseInt(item));
    }
}
