package dev.weft.examples.shop;

import java.util.Objects;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;

/** The carrier's end of {@link Carrier}, so that the example needs no other process. */
@Component
final class CarrierServer implements AutoCloseable {
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.get(
                            "/quotes/{amount}",
                            (request, response) -> response.header(
                                            HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
                                    .sendString(Mono.just("{\"price\":" + price(request) + "}")))
                    .post(
                            "/parcels",
                            (request, response) -> response.status(202).send()))
            .bindNow();

    private static int price(HttpServerRequest request) {
        return 400 + 10 * Integer.parseInt(Objects.requireNonNull(request.param("amount")));
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
