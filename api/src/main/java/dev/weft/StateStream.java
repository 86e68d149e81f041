package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.SignalAwait;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * A value that changes, and the stream of its changes: a configuration, the state of a connection, the contents of a
 * form. A reader receives the present value first. After that it receives the latest value when it asks for one, and
 * none that equals the one before: a slow reader misses what was in between. So writers never wait, nothing is kept for
 * readers, and what they miss is not discarded.
 *
 * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="state"}
 *
 * <p>All methods may be called by any coroutine and thread. Values should be immutable, and are compared by
 * {@code equals}.
 *
 * <p>Memory consistency effects: what a thread did before it set a value <i>happens-before</i> another one reads it, or
 * receives it.
 *
 * @param <T> the type of the value
 * @since 0.1
 */
public final class StateStream<T> {
    // A writer replaces the state, then wakes the readers that wait. A reader announces its wait, then looks for
    // another
    // state. So one of them sees the other.

    /** A state; each change makes another one, even if it is equal to an earlier one. */
    private record State<T>(T value) {}

    private final AtomicReference<State<T>> current;
    private final Set<ChangeAwait> waiting = ConcurrentHashMap.newKeySet();
    private final AsyncStream<T> stream;

    private StateStream(T initial) {
        this.current = new AtomicReference<>(new State<>(Objects.requireNonNull(initial, "initial")));
        this.stream = Async.<T>stream(this::read).prefetch(0);
    }

    /**
     * {@return a state that is about to change}
     *
     * @param initial its value until then
     */
    public static <T> StateStream<T> of(T initial) {
        return new StateStream<>(initial);
    }

    /** {@return the present value} */
    public T value() {
        return current.get().value;
    }

    /**
     * Sets the value. Does nothing if the present one is equal to it. Never waits.
     *
     * @param value the new value
     */
    public void set(T value) {
        Objects.requireNonNull(value, "value");
        update(before -> value);
    }

    /**
     * Changes the value, depending on the present one, as one step. Does nothing if the result is equal to that. Never
     * waits.
     *
     * @param change gives the new value; it is called again if another thread has changed the value meanwhile, so it
     *     must do nothing else. What it throws is thrown, and nothing changes
     * @return the value after the change
     */
    public T update(UnaryOperator<T> change) {
        Objects.requireNonNull(change, "change");
        for (; ; ) {
            State<T> before = current.get();
            T value = Objects.requireNonNull(change.apply(before.value), "change gave null");
            if (value.equals(before.value)) return before.value;
            SchedulePoint.pass();
            if (!current.compareAndSet(before, new State<>(value))) continue;
            SchedulePoint.pass();
            for (ChangeAwait each : waiting) each.changed();
            return value;
        }
    }

    /**
     * {@return the stream of the values, beginning with the present one; it never ends} Always the same. A loop over it
     * reads nothing ahead.
     */
    public AsyncStream<T> stream() {
        return stream;
    }

    /** How many readers wait for a change. */
    int readers() {
        return waiting.size();
    }

    private void read(Emitter<T> out) {
        State<T> seen = null;
        T last = null;
        for (; ; ) {
            out.awaitDemand();
            SchedulePoint.pass();
            State<T> now = current.get();
            if (now == seen) {
                awaitChange(seen);
                continue;
            }
            seen = now;
            if (now.value.equals(last)) continue;
            last = now.value;
            out.emit(now.value);
        }
    }

    private void awaitChange(State<T> seen) {
        var wait = new ChangeAwait(seen, Async.backend());
        try {
            wait.await();
        } finally {
            waiting.remove(wait);
        }
    }

    /** The wait for another state. */
    private final class ChangeAwait extends SignalAwait {
        private final State<T> seen;

        ChangeAwait(State<T> seen, Backend backend) {
            super(backend);
            this.seen = seen;
        }

        @Override
        protected void start() {
            waiting.add(this);
            SchedulePoint.pass();
            if (current.get() != seen) succeed(null);
        }

        /** Called by the writer. */
        void changed() {
            succeed(null);
            keepStep();
        }

        @Override
        protected String operation() {
            return "next state";
        }
    }
}
