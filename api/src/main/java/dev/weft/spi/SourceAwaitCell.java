package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * The await of a source that follows the protocol of Reactive Streams or a similar one: a subscription, values, one
 * terminal signal.
 *
 * <p>A source may break its protocol in any way: signals after the end go to a hook and never change the outcome (rule
 * 1.7), a second subscription is cancelled (2.5), null is an error for the source and the awaiter (2.13), and a
 * terminal signal without a subscription counts, since nothing better will come (1.9). Each breach is reported as a
 * {@link Violation}.
 *
 * @param <T> the type of the value
 * @since 0.1
 */
public abstract class SourceAwaitCell<T> extends AwaitCell<T> {
    private final AwaitMode take;

    /**
     * A cell that is not started.
     *
     * @param backend whose hooks take what comes too late
     * @param take which value to await
     * @param source the source
     */
    protected SourceAwaitCell(Backend backend, AwaitMode take, Object source) {
        super(backend, source);
        this.take = take;
    }

    /**
     * Subscribes to the source. Called once; the cell has forgotten the source by then. What it throws is the outcome,
     * unless there is one already.
     */
    protected abstract void subscribe(Object source) throws Exception;

    @Override
    protected final void start() throws Exception {
        subscribe(sourceInStep());
    }

    /** {@return whether the source gives only as many values as were requested} */
    protected boolean hasDemand() {
        return true;
    }

    @Override
    protected String operation() {
        return take.operation();
    }

    @Override
    protected final @Nullable T empty() {
        if (take.required) throw Host.get().noValue(take.noValue(sourceName()));
        return null;
    }

    @Override
    public final String waitsFor() {
        Object value = held();
        String which = operation() + " of " + sourceName() + ", which ";
        if (upstream() == null) return which + "has never called onSubscribe";
        if (value != null) return which + Watchdog.withoutItsEnd(value, backend());
        return which
                + switch (take) {
                    case FIRST -> "has given no value" + (hasDemand() ? " for request(1)" : "");
                    case NONE -> "has not ended";
                    case ONE, MAYBE, LAST, SINGLE_OR_EMPTY, SINGLE -> "has given neither a value nor its end";
                };
    }

    /** The source's first signal: its subscription. Requests at once what is needed. */
    protected final void subscribed(@Nullable Object subscription) {
        if (subscription == null) throw nullSignal("onSubscribe");
        Object first = attachFirst(subscription);
        if (first != null) {
            unwanted(subscription, first);
            return;
        }
        if (!hasDemand()) return;
        try {
            ask(subscription, take.demand());
        } catch (Throwable failure) {
            thrownBySource(failure);
        }
    }

    /** A value. */
    protected final void value(@Nullable T value) {
        if (value == null) throw nullSignal("onNext");
        Object subscription = upstream();
        if (subscription == null) {
            violation("1.9", "onNext before onSubscribe");
            discard(value);
            decide(new IllegalStateException("onNext before onSubscribe (rule 1.9) from " + sourceName()));
        } else if (isTerminated(subscription)) {
            violation("1.7", "onNext after a terminal signal");
            discard(value);
        } else if (isDecided() && (isClosed(subscription) || !isCancelled())) {
            if (take == AwaitMode.FIRST && hasDemand() && !isCancelled())
                violation("1.1", "more values than requested");
            discard(value);
            cancelLeft();
        } else {
            accept(value);
        }
        keepStep();
    }

    /** The only value and the end of the source, in one signal. */
    protected final void succeeded(@Nullable T value) {
        if (value == null) throw nullSignal("onSuccess");
        boolean isLate = isTerminated(upstream());
        if (isLate || take == AwaitMode.NONE || isDecided() && !isCancelled() || !hold(value)) discard(value);
        Object before = completedUpstream();
        if (isTerminated(before)) {
            violation("1.7", "onSuccess after a terminal signal");
            return;
        }
        if (before == null) violation("1.9", "onSuccess before onSubscribe");
        complete();
        keepStep();
    }

    /** The source completed. */
    protected final void completed() {
        Object before = completedUpstream();
        if (isTerminated(before)) {
            violation("1.7", "onComplete after a terminal signal");
            return;
        }
        if (before == null) violation("1.9", "onComplete before onSubscribe");
        complete();
        keepStep();
    }

    /** The source failed. */
    protected final void failed(@Nullable Throwable failure) {
        if (failure == null) throw nullSignal("onError");
        Object before = terminated();
        if (isTerminated(before)) {
            violation("1.7", "onError after a terminal signal");
            drop(failure);
            return;
        }
        if (before == null) violation("1.9", "onError before onSubscribe");
        if (!settle(failure)) refused(failure);
        keepStep();
    }

    /** Decides by what the caller has read: cancelling may signal, and so change the upstream meanwhile. */
    private void unwanted(Object subscription, Object first) {
        if (first == subscription) {
            violation("2.5", "onSubscribe twice with the same subscription");
            return;
        }
        if (isSubscription(first)) violation("2.5", "onSubscribe twice");
        cancelGuarded(subscription);
    }

    private void accept(T value) {
        switch (take) {
            case FIRST -> {
                if (!hold(value)) discard(value);
                else decide(null);
            }
            case ONE, MAYBE -> {
                if (!hold(value)) second(value, null);
            }
            case SINGLE, SINGLE_OR_EMPTY -> {
                if (!hold(value)) second(value, Host.get().tooManyValues(take.operation()));
            }
            case LAST -> replace(value);
            case NONE -> discard(value);
        }
    }

    /** A second value: a breach where the type promises at most one, an error where it does not. */
    private void second(T value, @Nullable Throwable failure) {
        if (failure == null && !isDecided()) violation("1.1", "a second value from a source of one");
        discard(value);
        decide(failure);
    }

    private NullPointerException nullSignal(String signal) {
        violation("2.13", signal + "(null)");
        var thrown = new NullPointerException(signal + "(null) from " + sourceName() + " (rule 2.13)");
        decide(thrown);
        return thrown;
    }
}
