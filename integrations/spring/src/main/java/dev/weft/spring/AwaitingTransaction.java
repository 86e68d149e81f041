package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.group;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.shielded;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * A reactive transaction around code that awaits. An operator that is cancelled cleans up where nobody can wait for it, and
 * may lose a connection; so it is shielded, and a cancellation goes to the work inside it, whose end is a failure that the
 * operator rolls back.
 */
class AwaitingTransaction {
    private final TransactionalOperator operator;

    AwaitingTransaction(ReactiveTransactionManager manager, TransactionDefinition definition) {
        operator = TransactionalOperator.create(manager, definition);
    }

    /** How work or a transaction ended. */
    @SuppressWarnings("NullAway") // the value is not read beside a failure
    private record Ended<T extends @Nullable Object>(
            T value, @Nullable Throwable failure) {
        static <T extends @Nullable Object> Ended<T> of(AroundBody.Body<T> body) {
            try {
                return new Ended<>(body.run(), null);
            } catch (Throwable failure) {
                rethrowCancellation(failure);
                return new Ended<>(null, failure);
            }
        }
    }

    /** Runs a body, and commits or rolls back; what it throws is thrown as it is, after that. */
    <T extends @Nullable Object> T call(AroundBody.Body<T> body) throws Throwable {
        var begun = new CompletableFuture<Deferred<?>>();
        Ended<Ended<T>> ended = group(g -> {
            Deferred<Ended<Ended<T>>> transaction = g.async(() -> shielded(() -> Ended.of(() -> operate(body, begun))));
            try {
                return transaction.await();
            } catch (CancelledException cancelled) {
                begun.thenAccept(Deferred::cancel);
                throw cancelled;
            }
        });
        if (ended.failure != null) throw ended.failure;
        if (ended.value.failure != null) throw ended.value.failure;
        return ended.value.value;
    }

    /** {@return what was committed, a failure perhaps: the operator rolls back whatever is thrown} */
    private <T extends @Nullable Object> Ended<T> operate(AroundBody.Body<T> body, CompletableFuture<Deferred<?>> begun)
            throws Throwable {
        var around = new AroundBody();
        Mono<Ended<T>> mono = operator.execute(transaction -> mono(() -> around.run(() -> {
                    Deferred<Ended<T>> running = async(() -> Ended.of(body));
                    begun.complete(running);
                    return toCommit(running.await(), transaction);
                })))
                .singleOrEmpty();
        return Objects.requireNonNull(around.await(mono));
    }

    private <T extends @Nullable Object> Ended<T> toCommit(Ended<T> ended, ReactiveTransaction transaction)
            throws Throwable {
        if (ended.failure == null || !rollsBack(ended.failure)) return ended;
        rollingBack(ended.failure, transaction);
        throw ended.failure;
    }

    boolean rollsBack(Throwable failure) {
        return true;
    }

    void rollingBack(Throwable failure, ReactiveTransaction transaction) {}
}
