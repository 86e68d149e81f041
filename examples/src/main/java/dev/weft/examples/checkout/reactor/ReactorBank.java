package dev.weft.examples.checkout.reactor;

import dev.weft.Awaitable;
import dev.weft.examples.checkout.Bank;
import dev.weft.examples.checkout.Item;
import dev.weft.examples.checkout.Payment;
import dev.weft.examples.checkout.Trace;
import dev.weft.reactor.ReactorAsync;
import java.io.IOException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** The payment service, called with Reactor Netty: a {@code Mono}. */
final class ReactorBank implements Bank {
    private final HttpClient http;

    ReactorBank(int port) {
        http = HttpClient.create().host("127.0.0.1").port(port).disableRetry(true);
    }

    @Override
    public Awaitable<Payment> authorise(Item item) {
        return ReactorAsync.awaitable(payment(item));
    }

    Mono<Payment> payment(Item item) {
        return Mono.deferContextual(context -> http.headers(h -> h.set(Trace.HEADER, context.<String>get(Trace.KEY)))
                        .post()
                        .uri("/" + item.id())
                        .responseSingle((response, body) -> response.status().code() == 200
                                ? body.asString().map(Payment::new)
                                : Mono.error(Bank.unavailable("it answered " + response.status()))))
                .onErrorMap(IOException.class, failure -> Bank.unavailable(failure.toString()));
    }
}
