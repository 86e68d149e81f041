package dev.weft.stress;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Scope;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** One coroutine of a storm: what it chooses, what hits it, and how it ends. */
final class Trial {
    /** What hits it. */
    enum Blow {
        /** Its handle is cancelled while the source signals. */
        CANCEL,
        /** Its time runs out while the source signals, and perhaps its handle is cancelled. */
        TIMEOUT,
        /** Its thread is interrupted by code that knows nothing of coroutines. */
        INTERRUPT
    }

    /** What a coroutine of a storm does; it calls {@link #expectBlow} before it waits. */
    @FunctionalInterface
    interface Act {
        /** {@return a value that has not been taken yet, or null} */
        Value play(Trial trial) throws Exception;
    }

    private static final int LIVE = 0;
    private static final int HIT = 1;
    private static final int OVER = 2;

    final Round round;
    final Random random;
    final Duration limit;

    private final Blow blow;

    /** Whether it will be hit, and so may wait for what never comes. */
    private final boolean doomed;

    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicInteger interrupt = new AtomicInteger(LIVE);
    private Deferred<Value> handle;

    /** Whether foreign code took the interrupt; written and read by the coroutine. */
    private boolean interrupted;

    Trial(Round round, int number, Blow blow) {
        this.round = round;
        this.blow = blow;
        random = round.random(number);
        doomed = random.nextInt(3) > 0;
        limit = Duration.ofNanos(1 + random.nextInt(500_000));
    }

    /** Starts it in the innermost scope; some trials are cancelled at once. */
    void start(Act act) {
        boolean early = blow == Blow.CANCEL && random.nextInt(50) == 0;
        handle = round.keep(Async.async(round.census.counted(() -> run(act))));
        if (early) cancel(handle);
    }

    /** Whether it may wait for what never comes. */
    boolean mayWaitForEver() {
        return doomed || blow == Blow.TIMEOUT;
    }

    /** Makes the blow come soon. */
    void expectBlow() {
        if (!doomed) return;
        if (blow == Blow.INTERRUPT) {
            Thread self = Thread.currentThread();
            act(() -> interrupt(self));
        } else {
            CoroutineTask<?> self = CoroutineTask.current();
            act(() -> {
                if (self.cancel(Cancellation.Reason.REQUESTED, null, null)) cancels.incrementAndGet();
            });
        }
    }

    /** Runs something on another thread: soon, or around the deadline. */
    void act(Runnable task) {
        if (blow != Blow.TIMEOUT) round.actors.later(task);
        else round.actors.after(limit.toNanos() + random.nextInt(-100_000, 100_000), task);
    }

    /** {@return a source of one value, which perhaps never comes} */
    Upstream source() {
        boolean ends = endsThisTime();
        return source(ends ? 1 : 0, ends);
    }

    /** {@return a source of some values, which perhaps never ends} */
    Upstream source(int count) {
        return source(count, endsThisTime());
    }

    /** {@return a source that has its values and then certainly ends, or certainly stays silent} */
    Upstream source(int count, boolean ends) {
        boolean heedless = random.nextBoolean();
        return new Upstream(round, count, ends, heedless, random.nextInt(8) == 0 ? Runnable::run : this::act);
    }

    private boolean endsThisTime() {
        return !mayWaitForEver() || random.nextInt(3) > 0;
    }

    /** Foreign code was interrupted; something must have interrupted it. */
    void interruptedElsewhere(InterruptedException thrown) throws InterruptedException {
        if (blow != Blow.INTERRUPT || cancelled()) throw thrown;
        interrupted = true;
    }

    /** The flag may be set by a canceller or an interrupter of this trial, but must not be left over from earlier ones. */
    void assertNoStrayInterrupt() {
        if (blow != Blow.INTERRUPT && Thread.currentThread().isInterrupted() && !cancelled())
            throw new AssertionError("an interrupt was left to code that is not cancelled");
    }

    /** Checks how it ended, when all have ended; the cancellers must agree with the outcome. */
    void assertOneOutcome(boolean allCancelled) {
        Deferred.State state = handle.state();
        boolean asDecided = switch (state) {
            case SUCCEEDED -> runs.get() == 1 && cancels.get() == 0;
            case CANCELLED -> runs.get() <= 1 && (cancels.get() == 1 || allCancelled);
            case FAILED -> runs.get() == 1 && blow == Blow.INTERRUPT;
            case RUNNING -> false;
        };
        if (!asDecided)
            throw new AssertionError(
                    "a coroutine that is " + state + ", has run " + runs + " times, and was cancelled by " + cancels);
    }

    private Value run(Act act) throws Exception {
        runs.incrementAndGet();
        CancelledException cancelled = null;
        try {
            Value value = act.play(this);
            assertNoStrayInterrupt();
            if (value == null || random.nextBoolean()) return value;
            value.returned();
            return null;
        } catch (CancelledException thrown) {
            cancelled = thrown;
            throw thrown;
        } finally {
            if (blow == Blow.INTERRUPT) assertInterruptIsTaken(cancelled);
        }
    }

    private void cancel(Deferred<Value> self) {
        if (self.cancel()) cancels.incrementAndGet();
    }

    private void interrupt(Thread thread) {
        synchronized (interrupt) {
            if (interrupt.compareAndSet(LIVE, HIT)) thread.interrupt();
        }
    }

    /**
     * An interrupt has cancelled the coroutine, or foreign code has thrown it, or it is still pending; never two of
     * these.
     */
    private void assertInterruptIsTaken(CancelledException cancelled) {
        synchronized (interrupt) { // an interrupter that is just at work has finished after this
            if (interrupt.compareAndSet(LIVE, OVER)) return;
        }
        boolean flag = Thread.currentThread().isInterrupted();
        boolean taken = interrupted || cancelled();
        if (!flag && !taken) round.failed("an interrupt was lost");
        if (flag && interrupted) round.failed("an interrupt has come twice");
        if (flag && cancelled != null) round.failed("an interrupt was thrown, and left");
    }

    private static boolean cancelled() {
        return Scope.current().cancellation() != null;
    }
}
