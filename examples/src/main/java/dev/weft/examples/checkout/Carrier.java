package dev.weft.examples.checkout;

import static dev.weft.Async.await;
import static dev.weft.Async.context;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** The shipping service, called with {@code java.net.http}: a {@code CompletableFuture}. */
public final class Carrier implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;

    Carrier(int port) {
        this.port = port;
    }

    /** {@return what shipping costs} Cancelling aborts the exchange. */
    Quote quote(Item item) {
        var exchange = send(item, context().get(Trace.KEY));
        try {
            return parse(await(exchange));
        } finally {
            exchange.cancel(true); // a future may be shared, so await does not cancel it; this one is ours
        }
    }

    /** {@return the response to come} */
    public CompletableFuture<HttpResponse<String>> send(Item item, String trace) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + item.id()))
                .header(Trace.HEADER, trace)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** {@return what a response says} */
    public static Quote parse(HttpResponse<String> response) {
        if (response.statusCode() != 200) throw new Problem(502, "the carrier answered " + response.statusCode());
        return new Quote("express", Integer.parseInt(response.body()));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
