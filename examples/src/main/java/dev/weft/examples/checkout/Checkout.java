package dev.weft.examples.checkout;

import static dev.weft.Async.group;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.mono;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;

/** The checkout in await style. */
final class Checkout {
    private final Catalogue catalogue;
    private final Bank bank;
    private final Carrier carrier;
    private final Recommendations recommendations;
    private final Orders orders;
    private final Duration patience;

    Checkout(
            Catalogue catalogue,
            Bank bank,
            Carrier carrier,
            Recommendations recommendations,
            Orders orders,
            Duration patience) {
        this.catalogue = catalogue;
        this.bank = bank;
        this.carrier = carrier;
        this.recommendations = recommendations;
        this.orders = orders;
        this.patience = patience;
    }

    // readme:handler-weft
    Mono<Receipt> checkout(int id) {
        return mono(() -> {
            Item item = awaitSingle(catalogue.find(id));
            return group(calls -> {
                var payment = calls.start(awaitable(bank.authorise(item)));
                var shipping = calls.async(() -> quote(item));
                var others = calls.async(() -> others(item));
                int order = orders.place(item, payment.await(), shipping.await());
                return new Receipt(order, item, shipping.await(), others.await());
            });
        });
    }

    private Quote quote(Item item) {
        try {
            return withTimeout(patience, () -> carrier.quote(item));
        } catch (TimeoutException tooSlow) {
            return Quote.STANDARD;
        }
    }

    private List<String> others(Item item) {
        try {
            return recommendations.like(item);
        } catch (IOException missing) {
            return List.of();
        }
    }
    // readme:end

    /** The same without the group, to measure what the group saves. */
    Mono<Receipt> checkoutOneByOne(int id) {
        return mono(() -> {
            Item item = awaitSingle(catalogue.find(id));
            Payment payment = awaitSingle(bank.authorise(item));
            Quote shipping = quote(item);
            List<String> others = others(item);
            return new Receipt(orders.place(item, payment, shipping), item, shipping, others);
        });
    }
}
