package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.BufferPolicy;
import dev.weft.spi.Failures;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Warning;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The iteration over the values that a listener receives. Its upstream is the registration.
 *
 * <p>A cell takes signals one at a time, but a listener may be called on several threads at once: a thread that comes
 * while no other passes signals on does so for all that come meanwhile. The lock is held only to queue and dequeue;
 * discard hooks and deregistration run outside. The queue is bounded by the same policy as the buffer after it, so that
 * a slow hook cannot make it grow.
 */
final class ListenerIteration<T> extends IterationCell<T> {
    private enum Closing {
        /** Over, and the action is not set yet. */
        CLOSED,
        /** Over, and the action has run, or is running. */
        DONE
    }

    private sealed interface Signal<T> {}

    private record Next<T>(T value) implements Signal<T> {}

    private record Complete<T>() implements Signal<T> {}

    private record Fail<T>(Throwable failure) implements Signal<T> {}

    private final Backend backend;
    private final BufferPolicy buffering;

    /** Signals that wait for the thread that is passing one on. It is the lock for itself and the two fields below. */
    private final Queue<Signal<T>> signals = new ArrayDeque<>();

    private boolean passing;

    /** Whether the terminal signal has come; what comes after it is late. */
    private boolean over;

    /** Whether the registration has returned; written by the thread that subscribes. */
    private volatile boolean registered;

    /** Whether a value has been reported that came after the end; used by the thread that passes signals on. */
    private boolean told;

    /** Null, then the action, then a {@link Closing}. */
    private final AtomicReference<@Nullable Object> closing = new AtomicReference<>();

    /** Whether our side has deregistered the listener; written by the thread that does so, read by the thread that passes signals on. */
    private volatile boolean aborted;

    /** Demand that was not yet passed on to the source, since onRequest is not set, or the source is just being asked. */
    private final AtomicLong owed = new AtomicLong();

    private final AtomicInteger asking = new AtomicInteger();
    private final AtomicReference<@Nullable LongConsumer> source = new AtomicReference<>();

    ListenerIteration(ListenerBody<T> registration, BufferPolicy buffering, Backend backend) {
        super(backend, buffering, registration);
        this.buffering = buffering;
        this.backend = backend;
    }

    @Override
    @SuppressWarnings("unchecked")
    protected void subscribe(Object registration) throws Exception {
        subscribed(this);
        ((ListenerBody<T>) registration).register(new ListenerSink<>(this));
        registered = true;
        if (canBeAsked() && source.get() == null && !(closing.get() instanceof Closing) && !isOver())
            throw new IllegalStateException("Overflow.suspend() needs a source that can be asked: call onRequest in the"
                    + " registration, or choose error(n), dropOldest(n), dropNewest(n), latest() or unbounded()");
    }

    @Override
    protected void cancelUpstream(Object subscription) {
        AsyncAction<?> action = closed();
        if (action != null) abort(action);
    }

    // --- signals

    void next(T value) {
        SchedulePoint.pass();
        T lost;
        boolean mine;
        synchronized (signals) {
            lost = admit(value);
            mine = lost != value && !passing;
            if (mine) passing = true;
        }
        if (lost != null) Reports.discard(backend, carried(), lost);
        if (mine) passOn();
    }

    void complete() {
        end(new Complete<>());
    }

    void fail(Throwable failure) {
        if (end(new Fail<>(failure))) return;
        if (answersUs(failure)) Reports.echo(failure);
        else Reports.drop(backend, carried(), failure);
    }

    /**
     * As {@link #next} and {@link #complete} or {@link #fail}, for a caller that holds a lock: only queues the signal.
     *
     * @param after takes what the caller must do without its lock
     */
    void queue(T value, Collection<Runnable> after) {
        synchronized (signals) {
            T lost = admit(value);
            if (lost != null) after.add(() -> discardUnread(lost));
            if (lost == value || passing) return;
            passing = true;
        }
        after.add(this::passOn);
    }

    /** As {@link #queue}, for the end: null if it is no failure. */
    void queueEnd(@Nullable Throwable failure, Collection<Runnable> after) {
        synchronized (signals) {
            if (over) return;
            over = true;
            signals.add(failure == null ? new Complete<>() : new Fail<>(failure));
            if (passing) return;
            passing = true;
        }
        after.add(this::passOn);
    }

    /** Discards a value that was meant for this iteration. */
    void discardUnread(T value) {
        Reports.discard(backend, carried(), value);
    }

    /** {@return the value for which there is no room, or null} Called under the lock. */
    private @Nullable T admit(T value) {
        if (over) return value;
        if (signals.size() < buffering.capacity()) {
            signals.add(new Next<>(value));
            return null;
        }
        return switch (buffering.whenFull()) {
            case DROP_OLDEST -> {
                signals.add(new Next<>(value));
                yield signals.remove() instanceof Next<T> oldest ? oldest.value() : null;
            }
            case DROP_NEWEST -> value;
            case REQUESTED, ERROR, END -> {
                over = true;
                signals.add(new Fail<>(new OverflowException(
                        "more than " + buffering.capacity() + " values at once from several threads:"
                                + " choose dropOldest(n), dropNewest(n), latest(), unbounded() or more of them")));
                yield value;
            }
        };
    }

    private boolean end(Signal<T> terminal) {
        SchedulePoint.pass();
        boolean mine;
        synchronized (signals) {
            if (over) return false;
            over = true;
            signals.add(terminal);
            mine = !passing;
            passing = true;
        }
        if (mine) passOn();
        return true;
    }

    private void passOn() {
        for (Signal<T> signal = take(); signal != null; signal = take()) {
            pass(signal);
        }
    }

    private @Nullable Signal<T> take() {
        SchedulePoint.pass();
        synchronized (signals) {
            Signal<T> signal = signals.poll();
            passing = signal != null;
            return signal;
        }
    }

    private boolean isOver() {
        synchronized (signals) {
            return over;
        }
    }

    private void pass(Signal<T> signal) {
        SchedulePoint.pass();
        switch (signal) {
            case Next<T> next -> {
                if (closing.get() == Closing.CLOSED && registered && !told) warnOfALeak();
                value(next.value());
            }
            case Complete<T> complete -> {
                deregister();
                completed();
            }
            case Fail<T> fail -> {
                boolean echo = answersUs(fail.failure());
                deregister();
                if (echo) Reports.echo(fail.failure());
                else failed(fail.failure());
            }
        }
    }

    private void warnOfALeak() {
        told = true;
        Reports.warn(
                Warning.Kind.LEAKED_LISTENER,
                name -> "a listener still gets values, here on " + name
                        + ", although its loop is over: the registration of " + sourceName()
                        + " has not called onClose with what deregisters it");
    }

    // --- the end of the registration

    void onClose(AsyncAction<?> action) {
        SchedulePoint.pass();
        Object before = closing.getAndUpdate(now -> now == null ? action : now == Closing.CLOSED ? Closing.DONE : now);
        if (before == Closing.CLOSED) guarded(() -> abort(action));
        else if (before != null)
            throw new IllegalStateException("onClose is set already: set one action that does all");
    }

    /** {@return the action to run, if it is set and no other thread runs it} Otherwise notes that it must run as soon as it is set. */
    private @Nullable AsyncAction<?> closed() {
        SchedulePoint.pass();
        Object before = closing.getAndUpdate(
                now -> now == null ? Closing.CLOSED : now instanceof AsyncAction<?> ? Closing.DONE : now);
        return before instanceof AsyncAction<?> action ? action : null;
    }

    /** The source has ended the stream. */
    private void deregister() {
        AsyncAction<?> action = closed();
        if (action != null) guarded(() -> abort(action));
    }

    /** Whether a failure only answers our deregistration; the first one that follows does. */
    private boolean answersUs(Throwable failure) {
        boolean answers = aborted && failure instanceof Exception;
        if (answers) aborted = false;
        return answers;
    }

    /** The subscriber has left, or the source has ended: a failure that follows only answers this. */
    private void abort(AsyncAction<?> action) {
        aborted = true; // first, since the action itself may call back
        try {
            run(action);
        } catch (Throwable failure) {
            aborted = false;
            throw failure;
        }
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) {
            Reports.drop(backend, carried(), failure);
        }
    }

    private static void run(AsyncAction<?> action) {
        try {
            action.run();
        } catch (Exception failure) {
            throw Failures.<RuntimeException>sneak(failure);
        }
    }

    // --- demand

    void onRequest(LongConsumer action) {
        if (!canBeAsked()) throw new IllegalStateException("onRequest is for Overflow.suspend() only");
        if (!source.compareAndSet(null, action))
            throw new IllegalStateException("onRequest is set already: set one action that asks all sources");
        SchedulePoint.pass();
        ask();
    }

    @Override
    protected void request(Object subscription, long count) {
        if (!canBeAsked()) return;
        owed.addAndGet(count);
        SchedulePoint.pass();
        ask();
    }

    private boolean canBeAsked() {
        return buffering.whenFull() == BufferPolicy.WhenFull.REQUESTED;
    }

    /** One at a time: a thread that comes while the source is being asked leaves its demand to the thread that asks. */
    private void ask() {
        LongConsumer asked = source.get();
        if (asked == null || asking.getAndIncrement() > 0) return;
        do ask(asked, owed.getAndSet(0));
        while (asking.decrementAndGet() > 0);
    }

    private void ask(LongConsumer asked, long count) {
        SchedulePoint.pass();
        if (count == 0 || closing.get() instanceof Closing) return;
        try {
            asked.accept(count);
        } catch (Throwable thrown) {
            fail(thrown);
        }
    }

    /** The generator of a listener's values; a loop on the current thread does without it. */
    record ListenerGenerator<T>(Overflow overflow, ListenerBody<T> registration) implements Generator<T> {
        ListenerGenerator {
            Objects.requireNonNull(overflow, "overflow");
            Objects.requireNonNull(registration, "registration");
        }

        @Override
        public void generate(Emitter<T> out) {
            PipeScope.emitAll(opened(Async.backend()), out);
        }

        IterationCell<T> opened(Backend backend) {
            var cell = new ListenerIteration<T>(registration, overflow.buffering(), backend);
            cell.open();
            return cell;
        }
    }
}
