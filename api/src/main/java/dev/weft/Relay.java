package dev.weft;

import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds values between a source, which runs in a member, and the coroutine of the subscriber, which takes a value out
 * when it is due and requested. The subclasses say what is held, and when it is due.
 *
 * <p>The end of the source comes after the values that are held, and so does its failure. This object is the monitor of
 * all that the two coroutines and the timer share, here and in the subclasses; foreign code runs outside of it.
 */
abstract class Relay<T> {
    /** The downstream of a source in a member, whose values go elsewhere: there is always demand. */
    static final Emitter<Object> NOWHERE = value -> {
        throw new IllegalStateException("nothing is emitted here");
    };

    final GroupScope group;
    private final WaitCondition due;
    private boolean ended;

    /** The failure of the source, until it is thrown. */
    private @Nullable Exception failure;

    Relay(String operator) {
        this.group = new GroupScope(Objects.requireNonNull(Scope.current()));
        this.due = new WaitCondition(this, group.backend(), operator);
    }

    /** Takes a value in, in the source's coroutine. */
    abstract void put(T value);

    /** Whether the next value may be taken out, if the source has not ended; with the monitor held. */
    abstract boolean isDue();

    /** Removes the next value, due or not; null if none is held. With the monitor held. */
    abstract @Nullable T poll();

    /** Whether no value is held; with the monitor held. */
    abstract boolean isEmpty();

    /** Called when a value has been taken out, without the monitor. */
    void taken() {}

    /** Called in the group, before the source starts. */
    void begin() {}

    /** Called in the group, when the source has ended and nothing is held any more. */
    void end() {}

    /** Called when the group has been left, however it ended. */
    void close() {}

    /** Runs the source for a subscriber, in its coroutine. */
    final void run(Generator<T> source, Emitter<? super T> out) throws Exception {
        try {
            group.<@Nullable Void>run(members -> {
                begin();
                members.async(() -> collect(source));
                passOn(out);
                end();
                return null;
            });
        } finally {
            close();
            if (failure != null) group.drop(failure);
            for (T left = remove(); left != null; left = remove()) Async.discard(left);
        }
    }

    /** Wakes the coroutine of the subscriber, since a value has become due. */
    final void changed() {
        due.signal();
    }

    private void collect(Generator<T> source) throws Exception {
        Exception thrown = null;
        try {
            PipeScope.run(source, NOWHERE, value -> {
                put(value);
                return true;
            });
        } catch (Exception failed) {
            if (Objects.requireNonNull(Scope.current()).isEcho(failed)) throw failed;
            thrown = failed;
        }
        SchedulePoint.pass();
        synchronized (this) {
            failure = thrown;
            ended = true;
        }
        changed();
    }

    private void passOn(Emitter<? super T> out) throws Exception {
        while (awaitMore()) {
            out.awaitDemand(); // meanwhile a newer value may take the place of the one that is due
            T next = take();
            if (next == null) continue;
            taken();
            out.emit(next);
        }
        Exception last = failure;
        failure = null;
        if (last != null) throw last;
    }

    /** Waits until a value is due or the source has ended. {@return false if nothing comes any more} */
    private boolean awaitMore() {
        if (!mayTake()) due.suspendUntil(this::mayTake);
        synchronized (this) {
            return !ended || !isEmpty();
        }
    }

    private synchronized boolean mayTake() {
        return ended || isDue();
    }

    private @Nullable T take() {
        SchedulePoint.pass();
        synchronized (this) {
            return mayTake() ? poll() : null;
        }
    }

    private synchronized @Nullable T remove() {
        return poll();
    }
}
