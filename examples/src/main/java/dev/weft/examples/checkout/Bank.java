package dev.weft.examples.checkout;

import java.io.IOException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** The payment service, called with Reactor Netty: a {@code Mono}. */
final class Bank {
    private final HttpClient http;

    Bank(int port) {
        http = HttpClient.create().host("127.0.0.1").port(port).disableRetry(true);
    }

    /** {@return the bank's consent; a {@link Problem} if it has none} */
    Mono<Payment> authorise(Item item) {
        return Mono.deferContextual(context -> http.headers(h -> h.set(Trace.HEADER, context.<String>get(Trace.KEY)))
                        .post()
                        .uri("/" + item.id())
                        .responseSingle((response, body) -> response.status().code() == 200
                                ? body.asString().map(Payment::new)
                                : Mono.error(unavailable("it answered " + response.status()))))
                .onErrorMap(IOException.class, failure -> unavailable(failure.toString()));
    }

    private static Problem unavailable(String why) {
        return new Problem(502, "no payment: the bank is unavailable (" + why + ")");
    }
}
