package dev.weft.stress;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A source of some values, which it makes as they are requested. */
final class Upstream implements Flow.Publisher<Value> {
    private final Round round;
    private final int count;
    private final boolean ends;
    private final boolean heedless;
    private final Consumer<Runnable> how;

    /**
     * Creates a source without a subscriber.
     *
     * @param count how many values it has
     * @param ends whether it completes after them, or is silent
     * @param heedless whether it goes on signalling after a cancel, like a source that has not seen the cancel yet
     * @param how runs the signals: at once, or on another thread
     */
    Upstream(Round round, int count, boolean ends, boolean heedless, Consumer<Runnable> how) {
        this.round = round;
        this.count = count;
        this.ends = ends;
        this.heedless = heedless;
        this.how = how;
        round.leaks.watch(this);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Value> subscriber) {
        round.leaks.watch(subscriber);
        var signals = new Signals(subscriber);
        round.leaks.watch(signals);
        subscriber.onSubscribe(signals);
        if (count == 0) signals.wake();
    }

    private final class Signals implements Flow.Subscription {
        private final Flow.Subscriber<? super Value> subscriber;
        private final Line line = round.line();
        private final AtomicLong demand = new AtomicLong();

        /** The thread that raises it from 0 signals, until it has handled everything that came meanwhile. */
        private final AtomicInteger work = new AtomicInteger();

        private int sent;
        private boolean over;

        Signals(Flow.Subscriber<? super Value> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long many) {
            demand.accumulateAndGet(many, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            wake();
        }

        @Override
        public void cancel() {
            line.cancel();
        }

        private void wake() {
            if (work.getAndIncrement() == 0) how.accept(this::signal);
        }

        private void signal() {
            for (int seen = work.get(); seen != 0; seen = work.addAndGet(-seen)) {
                while (!over && sent < count && sent < demand.get()) next();
                if (!over && ends && sent == count) complete();
            }
        }

        private void next() {
            over = line.isCancelled() && !heedless;
            if (over) return;
            sent++;
            subscriber.onNext(round.make());
        }

        private void complete() {
            over = true;
            line.end();
            subscriber.onComplete();
        }
    }
}
