package dev.weft.examples.checkout.rxjava;

import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.shielded;
import static dev.weft.rxjava.RxAsync.await;

import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.examples.checkout.Bank;
import dev.weft.examples.checkout.Item;
import dev.weft.examples.checkout.Payment;
import dev.weft.examples.checkout.Trace;
import io.reactivex.rxjava3.core.Single;
import io.vertx.core.http.HttpMethod;
import io.vertx.rxjava3.core.http.HttpClient;
import io.vertx.rxjava3.core.http.HttpClientRequest;
import io.vertx.rxjava3.core.http.HttpClientResponse;
import java.io.IOException;

/** The payment service, called with the HTTP client of Vert.x: {@code Single}s, which ignore being cancelled. */
record RxBank(HttpClient http, int port) implements Bank {
    @Override
    public Awaitable<Payment> authorise(Item item) {
        return coroutine(() -> payment(item));
    }

    private Payment payment(Item item) {
        try {
            HttpClientRequest request = shielded(() ->
                    await(http.rxRequest(HttpMethod.POST, port, "127.0.0.1", "/" + item.id()), IOException.class));
            try {
                request.putHeader(Trace.HEADER, context().<String>get(Trace.KEY));
                return await(payment(request), IOException.class);
            } catch (CancelledException left) {
                request.reset(); // disposing of a Single of Vert.x does not cancel the request
                throw left;
            }
        } catch (IOException failure) {
            throw Bank.unavailable(failure.toString());
        }
    }

    /** Listens before it sends: the body of a response that comes while nobody asks for it is lost. */
    private static Single<Payment> payment(HttpClientRequest request) {
        return request.rxResponse()
                .flatMap(RxBank::payment)
                .zipWith(request.rxEnd().toSingleDefault(true), (payment, sent) -> payment);
    }

    private static Single<Payment> payment(HttpClientResponse response) {
        return response.rxBody().map(body -> {
            if (response.statusCode() == 200) return new Payment(body.toString());
            throw Bank.unavailable("it answered " + response.statusCode() + " " + response.statusMessage());
        });
    }
}
