package dev.weft.examples.shop;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.springframework.data.r2dbc.mapping.event.BeforeConvertCallback;
import org.springframework.data.relational.core.sql.SqlIdentifier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Holds orders of a certain amount in their transaction, when the money has moved and the order is about to be saved. */
final class HalfWay implements BeforeConvertCallback<Order> {
    static final int AMOUNT = 7;

    private final BlockingQueue<Sinks.Empty<Void>> held = new LinkedBlockingQueue<>();

    @Override
    public Mono<Order> onBeforeConvert(Order order, SqlIdentifier table) {
        if (order.amount() != AMOUNT) return Mono.just(order);
        Sinks.Empty<Void> gate = Sinks.empty();
        return gate.asMono().thenReturn(order).doOnSubscribe(subscription -> held.add(gate));
    }

    /** Waits for an order to be held. {@return what lets it go on, or fail} */
    Sinks.Empty<Void> next() throws InterruptedException {
        return held.take();
    }
}
