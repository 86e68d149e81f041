package dev.weft.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A source that a test signals by hand, and that says what was asked of it.
 *
 * <p>It is a script: {@link #emit}, {@link #complete} and {@link #fail} add to it, and each subscriber receives it from the
 * beginning, as fast as it asks. So nothing depends on whether a subscriber or a value comes first. Signals come on the
 * thread that adds to the script, or on the one that asks. {@link #misbehave} breaks the rules of a publisher on demand.
 *
 * <p>It is a {@link Flow.Publisher}, which each backend takes: {@code each(source)} loops over it, and the
 * adapters' {@code asFlux} and {@code asFlowable} convert it. Any thread may call any method.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class TestSource<T> implements Flow.Publisher<T> {
    private final List<Consumer<Flow.Subscriber<? super T>>> script = new ArrayList<>();
    private final List<Link> links = new CopyOnWriteArrayList<>();

    /** Guarded by {@code script}, as that is. */
    private boolean ended;

    /** A source without signals and subscribers. */
    public TestSource() {}

    /** {@return a source that gives these values, and then completes} */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T> TestSource<T> of(T... values) {
        var source = new TestSource<T>();
        source.emit(values);
        source.complete();
        return source;
    }

    // --- the script

    /**
     * Adds values.
     *
     * @return this
     * @throws IllegalStateException if the script has its end already
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final TestSource<T> emit(T... values) {
        for (T value : values) {
            Objects.requireNonNull(value, "value");
            add(false, subscriber -> subscriber.onNext(value));
        }
        return this;
    }

    /**
     * Adds the end.
     *
     * @throws IllegalStateException if the script has its end already
     */
    public void complete() {
        add(true, Flow.Subscriber::onComplete);
    }

    /**
     * Adds a failure, as the end.
     *
     * @throws IllegalStateException if the script has its end already
     */
    public void fail(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        add(true, subscriber -> subscriber.onError(failure));
    }

    private void add(boolean last, Consumer<Flow.Subscriber<? super T>> signal) {
        synchronized (script) {
            if (ended) throw new IllegalStateException("the source has ended: misbehave() signals after that");
            script.add(signal);
            ended = last;
        }
        links.forEach(Link::drain);
    }

    /** {@return what sends signals to all that have ever subscribed, whatever the rules say, on the current thread} */
    public Misbehaviour<T> misbehave() {
        return new Misbehaviour<>(
                signal -> links.forEach(link -> signal.accept(link.subscriber)),
                () -> links.forEach(link -> new Link(link.subscriber).begin()));
    }

    // --- what was asked

    /** {@return how often it was subscribed to} */
    public int subscriptions() {
        return links.size();
    }

    /** {@return how many subscribers have neither received the end nor cancelled} */
    public int subscribers() {
        return (int) links.stream().filter(Link::isOpen).count();
    }

    /** {@return how many subscriptions were cancelled before they had ended} */
    public int cancellations() {
        return (int) links.stream().filter(link -> link.cancelled).count();
    }

    /** {@return how many values the last subscriber has asked for in all; 0 if there was none} */
    public long requested() {
        return links.isEmpty() ? 0 : links.get(links.size() - 1).requested();
    }

    // --- as a source

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        var link = new Link(subscriber);
        links.add(link);
        link.begin();
    }

    /** One subscription. */
    private final class Link implements Flow.Subscription {
        private final Flow.Subscriber<? super T> subscriber;

        /** How many calls of {@code drain} wait for the one that signals, and that one; at first, {@code begin} does. */
        private final AtomicInteger draining = new AtomicInteger(1);

        /** Guarded by this. */
        private long requested;

        /** How much of the script was sent; used by the thread that drains. */
        private int sent;

        /** What it ends with in place of the script; null if each request was valid. */
        private volatile @Nullable Throwable refused;

        private volatile boolean over;
        private volatile boolean cancelled;

        Link(Flow.Subscriber<? super T> subscriber) {
            this.subscriber = subscriber;
        }

        boolean isOpen() {
            return !over && !cancelled;
        }

        synchronized long requested() {
            return requested;
        }

        @Override
        public void request(long count) {
            if (count <= 0) refused = new IllegalArgumentException("a request must be positive (rule 3.9): " + count);
            else ask(count);
            drain();
        }

        private synchronized void ask(long count) {
            requested = requested + count < 0 ? Long.MAX_VALUE : requested + count;
        }

        @Override
        public void cancel() {
            if (!over) cancelled = true;
        }

        /** Nothing is sent before {@code onSubscribe} has returned, whoever adds to the script meanwhile. */
        void begin() {
            subscriber.onSubscribe(this);
            send();
        }

        private void drain() {
            if (draining.getAndIncrement() == 0) send();
        }

        private void send() {
            int missed = 1;
            do {
                while (isOpen() && sendNext()) sent++;
                missed = draining.addAndGet(-missed);
            } while (missed > 0);
        }

        private boolean sendNext() {
            Throwable breach = refused;
            if (breach != null) {
                over = true;
                subscriber.onError(breach);
                return false;
            }
            Consumer<Flow.Subscriber<? super T>> next;
            boolean last;
            synchronized (script) {
                if (sent == script.size()) return false;
                next = script.get(sent);
                last = ended && sent == script.size() - 1;
            }
            if (!last && sent >= requested()) return false;
            over = last;
            next.accept(subscriber);
            return true;
        }
    }
}
