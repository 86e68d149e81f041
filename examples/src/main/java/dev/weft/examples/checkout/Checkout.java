package dev.weft.examples.checkout;

import static dev.weft.Async.group;
import static dev.weft.Async.withTimeout;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The checkout in await style. */
public final class Checkout {
    private final Catalogue catalogue;
    private final Bank bank;
    private final Carrier carrier;
    private final Recommendations recommendations;
    private final Orders orders;
    private final Duration patience;

    /** A checkout that uses these services. */
    public Checkout(Services services) {
        catalogue = new Catalogue(services.database());
        bank = services.bank();
        carrier = services.carrier();
        recommendations = services.recommendations();
        orders = new Orders(services.database());
        patience = services.patience();
    }

    public Receipt checkout(int id) {
        Item item = catalogue.find(id);
        return group(calls -> {
            var payment = calls.start(bank.authorise(item));
            var shipping = calls.async(() -> quote(item));
            var others = calls.async(() -> others(item));
            int order = orders.place(item, payment.await(), shipping.await());
            return new Receipt(order, item, shipping.await(), others.await());
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

    /** The same without the group, to measure what the group saves. */
    public Receipt oneByOne(int id) {
        Item item = catalogue.find(id);
        Payment payment = bank.authorise(item).await();
        Quote shipping = quote(item);
        List<String> others = others(item);
        return new Receipt(orders.place(item, payment, shipping), item, shipping, others);
    }
}
