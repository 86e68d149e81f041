package dev.weft.tck;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A publisher that does what a rule tells it, right or wrong, and counts the calls that it receives. */
final class Script implements Flow.Publisher<Object> {
    private final Consumer<Script> program;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final List<Upstream> upstreams = new CopyOnWriteArrayList<>();
    private volatile Flow.@Nullable Subscriber<? super Object> subscriber;
    private volatile LongConsumer onRequest = count -> {};
    private volatile Runnable onCancel = () -> {};

    /**
     * Makes a publisher that has no subscriber yet.
     *
     * @param program what the publisher does inside subscribe
     */
    Script(Consumer<Script> program) {
        this.program = program;
    }

    /** A script that passes a subscription and then waits. */
    static Script waiting() {
        return new Script(Script::subscription);
    }

    /** A subscription that counts. */
    final class Upstream implements Flow.Subscription {
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger cancels = new AtomicInteger();

        @Override
        public void request(long count) {
            requested.accumulateAndGet(count, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
            onRequest.accept(count);
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
            onCancel.run();
        }

        long requested() {
            return requested.get();
        }

        int cancels() {
            return cancels.get();
        }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Object> to) {
        subscriptions.incrementAndGet();
        subscriber = to;
        program.accept(this);
    }

    // --- what a program says

    Script onRequest(LongConsumer action) {
        onRequest = action;
        return this;
    }

    Script onCancel(Runnable action) {
        onCancel = action;
        return this;
    }

    void subscription() {
        var upstream = new Upstream();
        upstreams.add(upstream);
        to().onSubscribe(upstream);
    }

    void next(Object value) {
        to().onNext(value);
    }

    /** Breaks rule 2.13, and expects a NullPointerException. */
    @SuppressWarnings("NullAway")
    void nextNull() {
        try {
            to().onNext(null);
        } catch (NullPointerException asItShould) {
            // a library in between may catch it
        }
    }

    void complete() {
        to().onComplete();
    }

    void fail(Throwable failure) {
        to().onError(failure);
    }

    // --- what a rule asks

    int subscriptions() {
        return subscriptions.get();
    }

    boolean isSubscribed() {
        return subscriber != null;
    }

    /** Whether a subscription was passed. */
    boolean isConnected() {
        return !upstreams.isEmpty();
    }

    /** The subscription that was passed first, second, … */
    Upstream upstream(int number) {
        return upstreams.get(number);
    }

    private Flow.Subscriber<? super Object> to() {
        return Objects.requireNonNull(subscriber, "subscriber");
    }
}
