package dev.weft.test;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Signals that break the rules of a publisher: more than was asked for, after the end, after a cancellation.
 *
 * @param <T> the type of the values
 * @see TestSource#misbehave
 * @since 0.1
 */
public final class Misbehaviour<T> {
    private final Consumer<Consumer<Flow.Subscriber<? super T>>> all;
    private final Runnable again;

    Misbehaviour(Consumer<Consumer<Flow.Subscriber<? super T>>> all, Runnable again) {
        this.all = all;
        this.again = again;
    }

    /** Sends a value, whether or not it was asked for (rules 1.1 and 1.7). */
    public void emit(T value) {
        Objects.requireNonNull(value, "value");
        all.accept(subscriber -> subscriber.onNext(value));
    }

    /** Sends null as a value (rule 2.13). What the subscriber throws for it comes out. */
    @SuppressWarnings("NullAway")
    public void emitNull() {
        all.accept(subscriber -> subscriber.onNext(null));
    }

    /** Sends the end, perhaps again (rule 1.7). */
    public void complete() {
        all.accept(Flow.Subscriber::onComplete);
    }

    /** Sends a failure, perhaps after the end (rule 1.7). */
    public void fail(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        all.accept(subscriber -> subscriber.onError(failure));
    }

    /** Sends a second subscription (rule 2.12). */
    public void subscribeAgain() {
        again.run();
    }
}
