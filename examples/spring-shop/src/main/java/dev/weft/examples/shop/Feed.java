package dev.weft.examples.shop;

import static dev.weft.Async.awaitable;

import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Orders, as they are placed and shipped. It ends when the application begins to end. */
@Component
class Feed {
    /** Who reads too slowly is told, and may come again. */
    private final SharedStream<Order> orders = SharedStream.of(0, Overflow.error(1_000));

    private final CompletableFuture<Void> closing = new CompletableFuture<>();

    AsyncStream<Order> orders() {
        return orders.stream();
    }

    /** {@return what to wait for where something else than this feed would go on for ever} */
    Awaitable<Void> closing() {
        return awaitable(closing);
    }

    @TransactionalEventListener
    void changed(Order order) {
        orders.emit(order);
    }

    /** The web server waits for responses without an end, so they end first. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closing.complete(null);
        orders.complete();
    }
}
