package dev.weft.reactor;

import dev.weft.spi.Worker;
import reactor.core.scheduler.Scheduler;

/** The worker of a scheduler that runs one coroutine's turns. It throws when it refuses one. */
final class SchedulerWorker implements Worker {
    private final Scheduler.Worker worker;

    SchedulerWorker(Scheduler scheduler) {
        this.worker = scheduler.createWorker();
    }

    @Override
    public void execute(Runnable turn) {
        worker.schedule(turn);
    }

    @Override
    public void close() {
        worker.dispose();
    }
}
