package dev.weft.examples.kafka;

import dev.weft.Awaitable;
import dev.weft.reactor.ReactorAsync;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import reactor.core.publisher.Mono;

/** A client that gives a {@link Mono}. */
final class ReactorLedger implements Ledger {
    private final Books books;

    ReactorLedger(Books books) {
        this.books = books;
    }

    @Override
    public Awaitable<Boolean> book(ConsumerRecord<String, String> order) {
        return ReactorAsync.awaitable(
                Mono.defer(() -> Mono.fromFuture(books.opened().copy()))
                        .then(Mono.delay(Books.A_MOMENT))
                        .map(later -> books.enter(order)));
    }
}
