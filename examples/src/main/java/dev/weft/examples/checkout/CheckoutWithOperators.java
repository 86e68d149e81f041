package dev.weft.examples.checkout;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** The same checkout with Reactor's operators alone. */
final class CheckoutWithOperators {
    private final Catalogue catalogue;
    private final Bank bank;
    private final Carrier carrier;
    private final Recommendations recommendations;
    private final ConnectionPool pool;
    private final Duration patience;

    CheckoutWithOperators(
            Catalogue catalogue,
            Bank bank,
            Carrier carrier,
            Recommendations recommendations,
            ConnectionPool pool,
            Duration patience) {
        this.catalogue = catalogue;
        this.bank = bank;
        this.carrier = carrier;
        this.recommendations = recommendations;
        this.pool = pool;
        this.patience = patience;
    }

    // readme:handler-operators
    Mono<Receipt> checkout(int id) {
        return catalogue
                .find(id)
                .flatMap(item -> Mono.zip(bank.authorise(item), quote(item))
                        .flatMap(both -> place(item, both.getT1(), both.getT2())
                                .map(order -> new Receipt(order, item, both.getT2(), List.of())))
                        .zipWith(others(item), Receipt::with));
    }

    private Mono<Quote> quote(Item item) {
        return Mono.deferContextual(context -> Mono.fromFuture(() -> carrier.send(item, context.get(Trace.KEY))))
                .map(Carrier::parse)
                .timeout(patience)
                .onErrorReturn(TimeoutException.class, Quote.STANDARD);
    }

    private Mono<List<String>> others(Item item) {
        return like(item).onErrorReturn(IOException.class, List.of());
    }
    // readme:end

    // readme:callback-operators
    private Mono<List<String>> like(Item item) {
        return Mono.deferContextual(context ->
                Mono.create(sink -> enqueue(recommendations.call(item, context.get(Trace.KEY)), sink)));
    }

    private static void enqueue(Call call, MonoSink<List<String>> sink) {
        sink.onCancel(call::cancel);
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                try (response) {
                    sink.success(Recommendations.parse(response));
                } catch (IOException failure) {
                    sink.error(failure);
                }
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                if (!call.isCanceled()) sink.error(failure); // else it is the echo of our own cancel
            }
        });
    }
    // readme:end

    // readme:transaction-operators
    private Mono<Integer> place(Item item, Payment payment, Quote shipping) {
        return Mono.usingWhen(
                pool.create(),
                connection -> Mono.usingWhen(
                        Mono.from(connection.beginTransaction()).thenReturn(connection),
                        begun -> write(begun, item, payment, shipping),
                        Connection::commitTransaction,
                        (begun, failure) -> begun.rollbackTransaction(),
                        Connection::rollbackTransaction),
                Connection::close);
    }

    private static Mono<Integer> write(Connection connection, Item item, Payment payment, Quote shipping) {
        return Mono.deferContextual(
                        context -> Orders.insert(connection, item, payment, shipping, context.get(Trace.KEY)))
                .flatMap(order -> Orders.takeFromStock(connection, item)
                        .flatMap(taken -> taken == 0 ? Mono.error(Problem.soldOut(item)) : Mono.just(order)));
    }
    // readme:end
}
