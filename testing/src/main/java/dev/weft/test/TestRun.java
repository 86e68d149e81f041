package dev.weft.test;

import dev.weft.Adapters;
import dev.weft.AsyncConsumer;
import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One test in virtual time. The thread that runs it starts the body in a coroutine, and then takes one task after
 * another from the clock, each when all is at rest.
 */
final class TestRun {
    private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final TestOptions options;
    private final TestScope scope;
    private final TestClock clock;
    private final Workers workers;
    private final Stillness stillness;
    private final Remains remains;
    private long deadline;

    private TestRun(TestOptions options, TestScope scope) {
        this.options = options;
        this.scope = scope;
        this.clock = scope.clock();
        this.workers = new Workers(scope::fail);
        this.stillness = new Stillness(workers, clock.movers());
        this.remains = new Remains(stillness, workers);
    }

    /** Waits until no other test is in its time, and no exploration runs, and runs one. */
    static <X extends Exception> void run(TestOptions options, TestScope scope, AsyncConsumer<TestScope, X> body)
            throws X {
        Lock turn = VirtualTime.turn();
        turn.lock();
        try {
            new TestRun(options, scope).run(body);
        } finally {
            turn.unlock();
        }
    }

    private <X extends Exception> void run(AsyncConsumer<TestScope, X> body) throws X {
        List<Backend> backends = Adapters.installed();
        Deque<Runnable> undo = new ArrayDeque<>();
        undo.push(workers::close);
        undo.push(() -> clock.passOn(backends.getLast().timer())); // the JDK's, whose clock is always real
        try {
            VirtualTime.begin(clock);
            undo.push(() -> VirtualTime.end(clock));
            for (Backend backend : backends) undo.push(backend.follow(clock));
            undo.push(Hooks.addListener(remains)::close);
            undo.push(clock::close);
            undo.push(() -> scope.runs(false));
            scope.runs(true);
            inForce(body);
        } finally {
            undo.forEach(Runnable::run);
        }
    }

    /** Runs the test, in its own time. */
    private <X extends Exception> void inForce(AsyncConsumer<TestScope, X> body) throws X {
        deadline = System.nanoTime() + nanos(options.limit());
        var main = new BodyTask(scope.backend(), () -> {
            try {
                body.accept(scope);
                remains.noteOpenLoop();
            } finally {
                scope.closeSupervisor();
            }
            return null;
        });
        main.start();
        Throwable failure = driven(main);
        for (Throwable other : scope.failures()) failure = and(failure, other);
        if (failure != null) throw Failing.<X>as(failure);
    }

    /** {@return what the test has failed with, or null} */
    private @Nullable Throwable driven(BodyTask main) {
        try {
            drive(main::isDone, true);
            drive(() -> false, false);
            return and(main.failure(), remains.left(clock.close(), scope.openSubscriptions()));
        } catch (Stuck stuck) {
            return and(aborted(main, stuck), main.isDone() ? main.failure() : null);
        } catch (InterruptedException interrupted) {
            Throwable failure = aborted(main, new Stuck("was interrupted"));
            Thread.currentThread().interrupt();
            return failure;
        }
    }

    /** Saturates. */
    private static long nanos(Duration time) {
        return TimeUnit.NANOSECONDS.convert(time);
    }

    private static @Nullable Throwable and(@Nullable Throwable first, @Nullable Throwable second) {
        if (first == null || second == null || first == second) return first == null ? second : first;
        first.addSuppressed(second);
        return first;
    }

    /**
     * Takes tasks from the clock.
     *
     * @param over whether to stop
     * @param jump whether time passes; if not, this returns when nothing is due
     */
    private void drive(BooleanSupplier over, boolean jump) throws InterruptedException, Stuck {
        while (true) {
            Stillness.Found found = stillness.await(deadline);
            if (found == null) throw new Stuck("was not over within " + Words.of(options.limit()));
            if (over.getAsBoolean()) return;
            boolean pausedEnough = found.quietNanos() >= nanos(options.jumpAfter());
            TestClock.Task next = clock.next(jump && pausedEnough);
            if (next != null) run(next);
            else if (!jump) return;
            else pause(found, pausedEnough);
        }
    }

    private void run(TestClock.Task task) {
        if (task.kind == TestClock.Kind.LIBRARY) workers.run(task);
        else task.run();
        stillness.disturb();
    }

    /** Nothing goes on, and no time is left to pass: only another thread could still bring something. */
    private void pause(Stillness.Found found, boolean pausedEnough) throws Stuck {
        if (System.nanoTime() - deadline > 0) throw new Stuck("was not over within " + Words.of(options.limit()));
        if (pausedEnough && !found.endsByItself() && found.quietNanos() >= nanos(options.hangAfter()))
            throw new Stuck("hangs: nothing has moved for " + Words.of(options.hangAfter())
                    + ", and no timer is left; if another thread is to answer, see TestOptions.hangAfter");
        LockSupport.parkNanos(POLL_NANOS);
    }

    /** Ends what is left. {@return the error that says what it was} */
    private AssertionError aborted(BodyTask main, Stuck stuck) {
        var error = new AssertionError("the test " + stuck.getMessage() + "; " + Words.of(clock.time())
                + " of its time have passed\n" + remains.describe());
        remains.cancel("the test " + stuck.getMessage());
        deadline = System.nanoTime() + LAST_NANOS;
        try {
            drive(main::isDone, true);
        } catch (Stuck | InterruptedException enough) {
            // what does not end then is in the error
        }
        return error;
    }

    /** Why a test does not go on. */
    @SuppressWarnings("serial")
    private static final class Stuck extends Exception {
        Stuck(String what) {
            super(what, null, false, false);
        }
    }

    /** Throws what a body has thrown. */
    private static final class Failing {
        @SuppressWarnings("unchecked")
        static <X extends Exception> X as(Throwable failure) throws X {
            if (failure instanceof Error error) throw error;
            throw (X) failure;
        }
    }
}
