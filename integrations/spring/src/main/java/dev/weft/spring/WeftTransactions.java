package dev.weft.spring;

import dev.weft.AsyncAction;
import dev.weft.AsyncBody;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;

/**
 * Transactions around code that awaits. What is awaited inside, and what is started there, takes part in the
 * transaction. It is committed after the body has returned, and rolled back if the body throws or is cancelled; each call
 * returns when that has happened. The body runs on a thread of its own, as a coroutine.
 *
 * <p>A call is an await: it is refused on a thread that must not block. A cancellation does not end the wait for a
 * connection before the transaction has begun: give the pool a limit. What a {@link dev.weft.Supervisor} launches inside
 * has the transaction in its context: launch it after the transaction.
 *
 * @since 0.1
 */
public final class WeftTransactions {
    private final ReactiveTransactionManager manager;

    /**
     * Makes transactions of a manager.
     *
     * @param manager what begins and ends them
     */
    public WeftTransactions(ReactiveTransactionManager manager) {
        this.manager = Objects.requireNonNull(manager, "manager");
    }

    /**
     * Runs a body in the current transaction, or in a new one if there is none.
     *
     * @param body what is to be done
     * @return its result
     * @throws X what the body throws, as the same instance
     */
    public <T extends @Nullable Object, X extends Exception> T inTransaction(AsyncBody<T, X> body) throws X {
        return inTransaction(TransactionDefinition.withDefaults(), body);
    }

    /**
     * Runs a body without a result in the current transaction, or in a new one if there is none.
     *
     * @param body what is to be done
     * @throws X what the body throws, as the same instance
     */
    public <X extends Exception> void inTransaction(AsyncAction<X> body) throws X {
        inTransaction(TransactionDefinition.withDefaults(), body);
    }

    /**
     * Runs a body in a transaction.
     *
     * @param definition whether it is a new one, and of what kind
     * @param body what is to be done
     * @return its result
     * @throws X what the body throws, as the same instance
     */
    @SuppressWarnings("unchecked") // X is all that the body can throw besides unchecked exceptions
    public <T extends @Nullable Object, X extends Exception> T inTransaction(
            TransactionDefinition definition, AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(definition, "definition");
        try {
            return new AwaitingTransaction(manager, definition).<T>call(body::run);
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable declared) {
            throw (X) declared;
        }
    }

    /**
     * Runs a body without a result in a transaction.
     *
     * @param definition whether it is a new one, and of what kind
     * @param body what is to be done
     * @throws X what the body throws, as the same instance
     */
    public <X extends Exception> void inTransaction(TransactionDefinition definition, AsyncAction<X> body) throws X {
        Objects.requireNonNull(body, "body");
        this.<@Nullable Void, X>inTransaction(definition, () -> {
            body.run();
            return null;
        });
    }
}
