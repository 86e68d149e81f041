package dev.weft.rxjava;

import dev.weft.spi.Worker;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.concurrent.RejectedExecutionException;

/**
 * The worker of a scheduler that runs one coroutine's turns. When it refuses one it reports to the hook for errors and
 * returns a disposed Disposable, as it also does for a turn that has already run.
 */
final class SchedulerWorker implements Worker {
    private final Scheduler.Worker worker;

    SchedulerWorker(Scheduler scheduler) {
        this.worker = scheduler.createWorker();
    }

    @Override
    public void execute(Runnable step) {
        var turn = new Turn(step);
        Disposable scheduled = worker.schedule(turn);
        if (scheduled.isDisposed() && !turn.begun) throw new RejectedExecutionException("the scheduler was shut down");
    }

    @Override
    public void close() {
        worker.dispose();
    }

    private static final class Turn implements Runnable {
        private final Runnable step;
        private volatile boolean begun;

        Turn(Runnable step) {
            this.step = step;
        }

        @Override
        public void run() {
            begun = true;
            step.run();
        }
    }
}
