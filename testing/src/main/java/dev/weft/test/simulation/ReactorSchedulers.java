package dev.weft.test.simulation;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reactor's own schedulers over simulated executors. {@code boundedElastic()} is one of those for {@code parallel()}
 * too, since its own has a thread that looks at the wall clock.
 */
final class ReactorSchedulers implements Library {
    private static final String KEY = "weft.simulation";
    private static final int THREADS = 2;

    private Schedulers.@Nullable Snapshot before;

    @Override
    public void install() {
        before = Schedulers.setFactoryWithSnapshot(new Schedulers.Factory() {
            @Override
            public Scheduler newParallel(int parallelism, ThreadFactory threads) {
                return Schedulers.Factory.super.newParallel(THREADS, threads);
            }

            @Override
            public Scheduler newBoundedElastic(int cap, int queued, ThreadFactory threads, int ttlSeconds) {
                return Schedulers.Factory.super.newParallel(THREADS, threads);
            }
        });
        Schedulers.addExecutorServiceDecorator(KEY, ReactorSchedulers::executor);
        Hooks.onEachOperator(KEY, ReactorOperators.pauses(Simulation::pauses));
    }

    /** The schedulers are made here: in the run, a thread might wait for a lock that the JDK's own threads take too. */
    @Override
    public void begin() {
        Schedulers.shutdownNow();
        Schedulers.parallel();
        Schedulers.boundedElastic();
    }

    @Override
    public void uninstall() {
        Hooks.resetOnEachOperator(KEY);
        Schedulers.removeExecutorServiceDecorator(KEY);
        Schedulers.resetFrom(before);
    }

    private static ScheduledExecutorService executor(Scheduler scheduler, ScheduledExecutorService ofTheJdk) {
        return Simulation.present() == null ? ofTheJdk : new SimulatedExecutor(scheduler.toString(), 1);
    }
}
