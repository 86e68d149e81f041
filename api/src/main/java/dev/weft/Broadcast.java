package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.BufferPolicy.WhenFull;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.SignalAwait;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One series of values for any number of subscribers, each with a buffer of its own: that of its
 * {@link ListenerIteration}.
 *
 * <p>The lock decides the order, which is the same for all. Under it, a value is only queued for each subscriber; what
 * may run foreign code, such as a discard hook, is collected and runs after it.
 *
 * <p>Where values may wait ({@link Overflow#suspend}), a subscriber has room for as many as it has requested, and each
 * value is an {@link OfferAwait}, which waits in line until all have room. The thread that makes room, as by a request, takes
 * the first offer, and ends its wait without the lock. If the emitter was not cancelled first, the value is passed on.
 * Until that is decided, no other offer is taken, and the end is not told, since the emitter may go on already.
 */
final class Broadcast<T> implements ListenerBody<T> {
    private final boolean waits;

    /** What takes the failure that ends the series if there is no subscriber; null if it is kept for later ones. */
    private final @Nullable Consumer<? super Throwable> untold;

    /** The lock for all below, and for the subscribers. */
    private final Object lock = new Object();

    private final Set<Subscriber<T>> subscribers = new LinkedHashSet<>();
    private final Queue<Kept<T>> kept = new ArrayDeque<>();
    private final Queue<OfferAwait<T>> offers = new ArrayDeque<>();

    /** How many values are kept. */
    private int replay;

    /** Whether an offer has been taken that is not decided. */
    private boolean deciding;

    /** Whether nothing more is accepted, and whether the subscribers know. */
    private boolean over;

    private boolean told;
    private @Nullable Throwable failure;

    /** A value for later subscribers, and whether it has had a subscriber so far. */
    private record Kept<T>(T value, boolean given) {}

    /**
     * What is left to do without the lock, and then what follows from that. Decisions come first, so that no hook holds
     * up an emitter, or waits for one.
     */
    private static final class Afterwards extends ArrayDeque<Runnable> {
        private static final long serialVersionUID = 1;

        void run() {
            for (Runnable next = poll(); next != null; next = poll()) next.run();
        }
    }

    Broadcast(int replay, Overflow overflow) {
        this(replay, overflow, null);
    }

    Broadcast(int replay, Overflow overflow, @Nullable Consumer<? super Throwable> untold) {
        if (replay < 0) throw new IllegalArgumentException("replay must not be negative, is " + replay);
        this.replay = replay;
        this.waits = overflow.buffering().whenFull() == WhenFull.REQUESTED;
        this.untold = untold;
    }

    /**
     * Passes a value on; where values may wait, suspends until every subscriber has room for it.
     *
     * @return false if the series is over; then the value is discarded
     * @throws CancelledException if the emitter was cancelled first; then the value is discarded
     */
    boolean emit(T value) {
        boolean accepted = false;
        try {
            accepted = waits ? !awaitOffer(value).refused : tryEmit(value, new Afterwards());
        } finally {
            if (!accepted) Async.discard(value);
        }
        return accepted;
    }

    /** Suspends until every subscriber has room for a value, where values may wait. */
    void awaitRoom() {
        if (waits) awaitOffer(null);
    }

    private OfferAwait<T> awaitOffer(@Nullable T value) {
        var offer = new OfferAwait<>(this, value, Async.backend());
        try {
            offer.await();
            return offer;
        } catch (Throwable cancelled) {
            offer.withdraw();
            throw cancelled;
        }
    }

    private boolean tryEmit(T value, Afterwards after) {
        SchedulePoint.pass();
        synchronized (lock) {
            if (over) return false;
            pass(value, after);
        }
        after.run();
        return true;
    }

    /** Ends the series for all, after the values that were passed on. {@return false if it was over before} */
    boolean end(@Nullable Throwable with) {
        var after = new Afterwards();
        SchedulePoint.pass();
        synchronized (lock) {
            if (over) return false;
            over = true;
            failure = with;
            proceed(after);
        }
        after.run();
        return true;
    }

    /** Nobody will join any more: what is kept and has had no subscriber is discarded, as all that follows. */
    void abandon() {
        var after = new Afterwards();
        SchedulePoint.pass();
        synchronized (lock) {
            replay = 0;
            shorten(after);
        }
        after.run();
    }

    @Override
    public void register(ListenerSink<T> sink) {
        join(sink, () -> {});
    }

    /**
     * Adds a subscriber: it receives the values that are kept, and all that follow.
     *
     * @param whenLeft runs once, when it has left or has received the end
     */
    void join(ListenerSink<T> sink, Runnable whenLeft) {
        var subscriber = new Subscriber<>(sink.cell(), waits);
        sink.onClose(() -> {
            leave(subscriber);
            whenLeft.run();
        });
        var after = new Afterwards();
        SchedulePoint.pass();
        synchronized (lock) {
            if (!subscriber.left) admit(subscriber, after);
        }
        after.run();
        if (waits) sink.onRequest(count -> requested(subscriber, count));
    }

    // --- with the lock

    private void admit(Subscriber<T> subscriber, Afterwards after) {
        for (int n = kept.size(); n > 0; n--) {
            T value = kept.remove().value;
            subscriber.give(value, after);
            kept.add(new Kept<>(value, true));
        }
        if (told) subscriber.end(failure, after);
        else subscribers.add(subscriber);
    }

    private void pass(T value, Afterwards after) {
        for (Subscriber<T> each : subscribers) each.give(value, after);
        kept.add(new Kept<>(value, !subscribers.isEmpty()));
        shorten(after);
    }

    private void shorten(Afterwards after) {
        while (kept.size() > replay) {
            Kept<T> oldest = kept.remove();
            if (!oldest.given) after.add(() -> Async.discard(oldest.value));
        }
    }

    /** Tells the end, and takes the next offer, if it is time. */
    private void proceed(Afterwards after) {
        if (deciding) return;
        if (over && !told) tellEnd(after);
        if (offers.isEmpty() || !over && !hasRoom()) return;
        deciding = true;
        OfferAwait<T> next = offers.remove();
        boolean refuse = over;
        after.addFirst(() -> decide(next, refuse, after));
    }

    private void tellEnd(Afterwards after) {
        told = true;
        Throwable lost = subscribers.isEmpty() ? failure : null;
        if (lost != null && untold != null) after.add(() -> untold.accept(lost));
        for (Subscriber<T> each : subscribers) each.end(failure, after);
        subscribers.clear();
    }

    private boolean hasRoom() {
        for (Subscriber<T> each : subscribers) if (each.room <= 0) return false;
        return true;
    }

    /** Called without the lock. */
    private void decide(OfferAwait<T> offer, boolean refuse, Afterwards after) {
        boolean ours = offer.decide(refuse);
        SchedulePoint.pass();
        synchronized (lock) {
            deciding = false;
            if (ours && !refuse && offer.value != null) pass(offer.value, after);
            proceed(after);
        }
    }

    // --- subscribers

    private void leave(Subscriber<T> subscriber) {
        var after = new Afterwards();
        SchedulePoint.pass();
        synchronized (lock) {
            subscriber.leave(after);
            if (subscribers.remove(subscriber)) proceed(after);
        }
        after.run();
    }

    private void requested(Subscriber<T> subscriber, long count) {
        var after = new Afterwards();
        SchedulePoint.pass();
        synchronized (lock) {
            subscriber.requested(count, after);
            proceed(after);
        }
        after.run();
    }

    /** One subscriber. The lock guards its fields. */
    private static final class Subscriber<T> {
        private final ListenerIteration<T> cell;
        private final boolean waits;

        /** Values that it has not requested: those that were kept, if there were more. */
        private final Queue<T> backlog = new ArrayDeque<>();

        /** How many more values it has requested than were given to it; below zero, how many are in the backlog. */
        long room;

        boolean left;
        private boolean ending;
        private @Nullable Throwable failure;

        Subscriber(ListenerIteration<T> cell, boolean waits) {
            this.cell = cell;
            this.waits = waits;
        }

        void give(T value, Afterwards after) {
            if (!waits || room > 0) cell.queue(value, after);
            else backlog.add(value);
            room--;
        }

        void requested(long count, Afterwards after) {
            room += count;
            for (long n = count; n > 0 && !backlog.isEmpty(); n--) cell.queue(backlog.remove(), after);
            if (ending && backlog.isEmpty()) cell.queueEnd(failure, after);
        }

        void end(@Nullable Throwable with, Afterwards after) {
            ending = true;
            failure = with;
            if (backlog.isEmpty()) cell.queueEnd(with, after);
        }

        void leave(Afterwards after) {
            left = true;
            for (T value : backlog) after.add(() -> cell.discardUnread(value));
            backlog.clear();
        }
    }

    /** A value that waits for room, or a wait for room alone. */
    private static final class OfferAwait<T> extends SignalAwait {
        private final Broadcast<T> home;
        final @Nullable T value;

        /** Whether the series was over; written before the wait ends. */
        boolean refused;

        OfferAwait(Broadcast<T> home, @Nullable T value, Backend backend) {
            super(backend);
            this.home = home;
            this.value = value;
        }

        @Override
        protected void start() {
            var after = new Afterwards();
            SchedulePoint.pass();
            synchronized (home.lock) {
                home.offers.add(this);
                home.proceed(after);
            }
            after.run();
        }

        /** Ends the wait. {@return whether it was not cancelled before, as the emitter sees it} */
        boolean decide(boolean refuse) {
            refused = refuse;
            return succeed(null) && hasSucceeded();
        }

        /** It is cancelled: it must not stay in line. */
        void withdraw() {
            SchedulePoint.pass();
            synchronized (home.lock) {
                home.offers.remove(this);
            }
        }

        @Override
        protected String operation() {
            return "emit";
        }
    }
}
