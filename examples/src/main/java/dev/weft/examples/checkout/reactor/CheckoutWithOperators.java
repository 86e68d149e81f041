package dev.weft.examples.checkout.reactor;

import dev.weft.examples.checkout.Carrier;
import dev.weft.examples.checkout.Catalogue;
import dev.weft.examples.checkout.Item;
import dev.weft.examples.checkout.Orders;
import dev.weft.examples.checkout.Payment;
import dev.weft.examples.checkout.Problem;
import dev.weft.examples.checkout.Quote;
import dev.weft.examples.checkout.Receipt;
import dev.weft.examples.checkout.Recommendations;
import dev.weft.examples.checkout.Services;
import dev.weft.examples.checkout.Trace;
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
public final class CheckoutWithOperators {
    private final ConnectionPool pool;
    private final ReactorBank bank;
    private final Carrier carrier;
    private final Recommendations recommendations;
    private final Duration patience;

    /** A checkout that uses these services of a {@link ReactorEngine}. */
    public CheckoutWithOperators(Services services) {
        pool = ((ReactorPool) services.database().pool()).connections();
        bank = (ReactorBank) services.bank();
        carrier = services.carrier();
        recommendations = services.recommendations();
        patience = services.patience();
    }

    public Mono<Receipt> checkout(int id) {
        return find(id).flatMap(item -> Mono.zip(bank.payment(item), quote(item))
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
                if (!call.isCanceled()) sink.error(failure); // else it only echoes our own cancel
            }
        });
    }

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
        return Mono.deferContextual(context -> insert(connection, item, payment, shipping, context.get(Trace.KEY)))
                .flatMap(order -> ReactorPool.update(connection, Orders.TAKE, item.id())
                        .flatMap(taken -> taken == 0 ? Mono.error(Problem.soldOut(item.name())) : Mono.just(order)));
    }

    private static Mono<Integer> insert(
            Connection connection, Item item, Payment payment, Quote shipping, String trace) {
        return ReactorPool.query(connection, Orders.INSERT, item.id(), payment.reference(), shipping.cents(), trace)
                .map(row -> row.number(0))
                .single();
    }

    private Mono<Item> find(int id) {
        return Mono.usingWhen(
                        pool.create(),
                        connection -> ReactorPool.query(connection, Catalogue.FIND, id)
                                .map(Catalogue::item)
                                .singleOrEmpty(),
                        Connection::close)
                .switchIfEmpty(Mono.error(() -> new Problem(404, "no item " + id)))
                .filter(item -> item.stock() > 0)
                .switchIfEmpty(Mono.error(() -> Problem.soldOut("item " + id)));
    }
}
