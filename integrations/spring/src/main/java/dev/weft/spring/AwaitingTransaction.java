package dev.weft.spring;

import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.Async;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** A reactive transaction around code that awaits. */
class AwaitingTransaction {
    private final TransactionalOperator operator;

    AwaitingTransaction(ReactiveTransactionManager manager, TransactionDefinition definition) {
        operator = TransactionalOperator.create(manager, definition);
    }

    /** How a body ended that is to be committed. */
    private record Ended<T extends @Nullable Object>(
            T value, @Nullable Throwable failure) {}

    /** Runs a body, and commits or rolls back; what it throws is thrown as it is, after that. */
    <T extends @Nullable Object> T call(AroundBody.Body<T> body) throws Throwable {
        var around = new AroundBody();
        Mono<Ended<T>> mono = operator.execute(transaction -> mono(() -> around.run(() -> inside(body, transaction))))
                .singleOrEmpty();
        Ended<T> ended = Objects.requireNonNull(around.await(mono));
        if (ended.failure != null) throw ended.failure;
        return ended.value;
    }

    /** The operator rolls back whatever is thrown, so what must not roll back leaves as a value. */
    @SuppressWarnings("NullAway") // the value is not read beside a failure
    private <T extends @Nullable Object> Ended<T> inside(AroundBody.Body<T> body, ReactiveTransaction transaction)
            throws Throwable {
        try {
            return new Ended<>(body.run(), null);
        } catch (Throwable failure) {
            Async.rethrowCancellation(failure);
            if (!rollsBack(failure)) return new Ended<>(null, failure);
            rollingBack(failure, transaction);
            throw failure;
        }
    }

    boolean rollsBack(Throwable failure) {
        return true;
    }

    void rollingBack(Throwable failure, ReactiveTransaction transaction) {}
}
