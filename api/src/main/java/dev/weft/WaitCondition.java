package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import dev.weft.spi.SignalAwait;
import java.io.InterruptedIOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread, a coroutine's or another, wait until other threads have changed a state. The monitor guards that
 * state, and the waiter.
 */
final class WaitCondition {
    private final Object monitor;
    private final Backend backend;
    private final String operation;
    private @Nullable ConditionAwait waiter;

    WaitCondition(Object monitor, Backend backend, String operation) {
        this.monitor = monitor;
        this.backend = backend;
        this.operation = operation;
    }

    /** Begins a suspension point, whether or not there is something to wait for. */
    void enter() {
        Scope scope = Scope.current();
        if (scope != null) scope.checkpoint();
        else Backends.requireMayBlock(operation);
    }

    /**
     * Waits.
     *
     * @param ready whether the state has been reached; called with the monitor held
     * @throws CancelledException in a coroutine that is cancelled
     * @throws InterruptedIOException on another thread that is interrupted; its flag stays set
     */
    void await(BooleanSupplier ready) throws InterruptedIOException {
        try {
            suspendUntil(ready);
        } catch (CancelledException cancelled) {
            if (Scope.current() != null) throw cancelled;
            var interrupted = new InterruptedIOException("interrupted while waiting to " + operation);
            interrupted.initCause(cancelled.getCause());
            throw interrupted;
        }
    }

    /** As {@link #await}, in a coroutine. A signal may come late, when the next wait has begun: that one goes on then. */
    void suspendUntil(BooleanSupplier ready) {
        do new ConditionAwait(ready).await();
        while (!is(ready));
    }

    private boolean is(BooleanSupplier ready) {
        synchronized (monitor) {
            return ready.getAsBoolean();
        }
    }

    /** Wakes the waiting thread, since the state has changed. Called without the monitor. */
    void signal() {
        SchedulePoint.pass();
        ConditionAwait waiting;
        synchronized (monitor) {
            waiting = waiter;
            waiter = null;
        }
        if (waiting != null) waiting.end();
    }

    private final class ConditionAwait extends SignalAwait {
        private final BooleanSupplier ready;

        ConditionAwait(BooleanSupplier ready) {
            super(backend);
            this.ready = ready;
        }

        @Override
        protected void start() {
            synchronized (monitor) {
                if (!ready.getAsBoolean()) {
                    waiter = this;
                    return;
                }
            }
            end();
        }

        void end() {
            succeed(null);
        }

        @Override
        protected String operation() {
            return operation;
        }
    }
}
