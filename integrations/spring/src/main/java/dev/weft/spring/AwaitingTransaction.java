package dev.weft.spring;

import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.Async;
import dev.weft.AwaitException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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

    /** What is done inside. */
    @FunctionalInterface
    interface Body<T extends @Nullable Object> {
        T run() throws Throwable;
    }

    /** How a body ended that is to be committed. */
    private record Ended<T extends @Nullable Object>(
            T value, @Nullable Throwable failure) {}

    /** Runs a body, and commits or rolls back; what it throws is thrown as it is, after that. */
    <T extends @Nullable Object> T call(Body<T> body) throws Throwable {
        var thrown = new AtomicReference<@Nullable Throwable>();
        Mono<Ended<T>> mono = operator.execute(transaction -> mono(() -> inside(body, transaction, thrown)))
                .singleOrEmpty();
        Ended<T> ended;
        try {
            ended = Objects.requireNonNull(await(mono, Exception.class));
        } catch (Exception failure) {
            Throwable own = thrown.get();
            throw own instanceof AwaitException && own.getCause() == failure ? own : failure; // it was taken out
        }
        if (ended.failure != null) throw ended.failure;
        return ended.value;
    }

    /** The operator rolls back whatever is thrown, so what must not roll back leaves as a value. */
    @SuppressWarnings("NullAway") // the value is not read beside a failure
    private <T extends @Nullable Object> Ended<T> inside(
            Body<T> body, ReactiveTransaction transaction, AtomicReference<@Nullable Throwable> thrown)
            throws Exception {
        try {
            return new Ended<>(body.run(), null);
        } catch (Throwable failure) {
            Async.rethrowCancellation(failure);
            if (!rollsBack(failure)) return new Ended<>(null, failure);
            rollingBack(failure, transaction);
            thrown.set(failure);
            throw AwaitingTransaction.<Exception>asIs(failure);
        }
    }

    boolean rollsBack(Throwable failure) {
        return true;
    }

    void rollingBack(Throwable failure, ReactiveTransaction transaction) {}

    @SuppressWarnings("unchecked") // never cast where it is thrown
    private static <X extends Throwable> X asIs(Throwable failure) throws X {
        throw (X) failure;
    }
}
