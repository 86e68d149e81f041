package dev.weft.examples.kafka;

import dev.weft.Awaitable;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A client that gives a {@link Single}. */
final class RxLedger implements Ledger {
    private final Books books;

    RxLedger(Books books) {
        this.books = books;
    }

    @Override
    public Awaitable<Boolean> book(ConsumerRecord<String, String> order) {
        return RxAsync.awaitable(Completable.defer(
                        () -> Completable.fromCompletionStage(books.opened().copy()))
                .andThen(Single.timer(Books.A_MOMENT.toMillis(), TimeUnit.MILLISECONDS))
                .map(later -> books.enter(order)));
    }
}
