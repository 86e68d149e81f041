package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import dev.weft.spi.Warning;
import dev.weft.spi.Watchdog;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A scope with a deadline: one entry in the timer, removed when the scope is left. Only the scope's own thread writes
 * the fields, except {@code expiredAt}.
 */
final class TimeoutScope extends Scope {
    private final boolean ofAnOperator;
    private Duration limit;
    private Timer.@Nullable Entry entry;

    private @Nullable TimeoutException own;

    /** When the time is up, unless {@code endless}, which is written after it; members read both. */
    private volatile long deadline;

    private volatile boolean endless = true;

    /** When it fired; written by the timer before it cancels the scope. */
    private volatile long expiredAt;

    TimeoutScope(Scope parent, Duration limit) {
        this(parent, limit, false);
    }

    private TimeoutScope(Scope parent, Duration limit, boolean ofAnOperator) {
        super(parent, parent.backend(), parent.context(), false);
        this.limit = limit;
        this.ofAnOperator = ofAnOperator;
    }

    /** A timeout that the code inside does not know of. */
    static TimeoutScope ofAnOperator(Scope parent, Duration limit) {
        return new TimeoutScope(parent, limit, true);
    }

    boolean isOfAnOperator() {
        return ofAnOperator;
    }

    <T extends @Nullable Object> T run(Callable<? extends T> body) throws Exception {
        schedule();
        T result;
        try {
            result = call(body);
        } catch (Throwable thrown) {
            throw outcome(thrown);
        } finally {
            unschedule();
            if (hasExpired()) reportLateness();
        }
        if (!isCutShort()) return result;
        discard(result);
        throw timedOut(null);
    }

    <T extends @Nullable Object> @Nullable T runOrNull(Callable<? extends T> body) throws Exception {
        try {
            return run(body);
        } catch (TimeoutException thrown) {
            if (thrown != own) throw thrown;
            Throwable cause = thrown.getCause();
            if (cause != null) report(cause);
            return null;
        }
    }

    @Override
    protected void swallowed() {
        if (!isCutShort()) reportSwallowed();
    }

    /** Stops the time until the next {@link #reset}. */
    void pause() {
        unschedule();
        endless = true;
    }

    /** Restarts the time. */
    void reset(Duration newLimit) {
        unschedule();
        limit = newLimit;
        schedule();
    }

    /** {@return the nanoseconds until the time is up, 0 if it is, {@link Long#MAX_VALUE} if it never will be} */
    long remaining() {
        return endless ? Long.MAX_VALUE : Math.max(0, deadline - VirtualTime.nanoTime(backend()));
    }

    private void schedule() {
        long nanos = Async.nanos(limit);
        deadline = VirtualTime.nanoTime(backend()) + Math.max(0, nanos);
        endless = nanos == Long.MAX_VALUE;
        if (nanos <= 0) expire();
        else if (nanos != Long.MAX_VALUE) entry = VirtualTime.schedule(backend(), nanos, this::expire);
    }

    private void unschedule() {
        if (entry != null) entry.cancel();
        entry = null;
    }

    private void expire() {
        expiredAt = System.nanoTime();
        cancel(Cancellation.Reason.TIMEOUT, "a timeout of " + limit, null);
    }

    /** A timeout only if our own cancellation ended the body. */
    private Exception outcome(Throwable thrown) {
        Scope cancelled = Host.get().cancelledScope(thrown);
        if (hasExpired() && (cancelled == this || cancelled == null && isEcho(thrown))) return timedOut(thrown);
        if (thrown instanceof Error error) throw error;
        return (Exception) thrown;
    }

    /** Whether members were still running when the time ran out. */
    private boolean isCutShort() {
        return hasExpired() && membersWereCut();
    }

    private boolean hasExpired() {
        Cancellation c = cancellation();
        return c != null && c.origin() == this && c.reason() == Cancellation.Reason.TIMEOUT;
    }

    private void reportLateness() {
        long late = System.nanoTime() - expiredAt;
        if (late <= Watchdog.slowNanos()) return;
        EngineCounter.TIMEOUT_OVERRUNS.increment();
        Reports.warn(
                Warning.Kind.LATE_TIMEOUT,
                name -> name + ": a block ended " + TimeUnit.NANOSECONDS.toMillis(late) + " ms after its timeout of "
                        + limit
                        + "; something in it has computed, or waited where neither a cancellation nor an interrupt ends it");
    }

    private TimeoutException timedOut(@Nullable Throwable cause) {
        var exception = new TimeoutException("timed out after " + limit);
        if (cause != null) exception.initCause(cause);
        own = exception;
        return exception;
    }
}
