package dev.weft.test.simulation;

import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.functions.Function;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import org.jspecify.annotations.Nullable;

/** RxJava's schedulers over simulated executors, interrupting as its own do. */
final class RxSchedulers implements Library {
    private static final int THREADS = 2;

    private Runnable unpause = () -> {};
    private @Nullable Scheduler computation;
    private @Nullable Scheduler io;
    private @Nullable Scheduler single;
    private @Nullable Function<? super Scheduler, ? extends Scheduler> computationBefore;
    private @Nullable Function<? super Scheduler, ? extends Scheduler> ioBefore;
    private @Nullable Function<? super Scheduler, ? extends Scheduler> singleBefore;
    private @Nullable Function<? super Scheduler, ? extends Scheduler> newThreadBefore;

    @Override
    public void install() {
        computationBefore = RxJavaPlugins.getComputationSchedulerHandler();
        ioBefore = RxJavaPlugins.getIoSchedulerHandler();
        singleBefore = RxJavaPlugins.getSingleSchedulerHandler();
        newThreadBefore = RxJavaPlugins.getNewThreadSchedulerHandler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> here(computation, real));
        RxJavaPlugins.setIoSchedulerHandler(real -> here(io, real));
        RxJavaPlugins.setSingleSchedulerHandler(real -> here(single, real));
        RxJavaPlugins.setNewThreadSchedulerHandler(real -> here(io, real));
        unpause = RxOperators.pause(Simulation::pauses);
    }

    @Override
    public void begin() {
        computation = Schedulers.from(new SimulatedExecutor("computation", THREADS), true);
        io = Schedulers.from(new SimulatedExecutor("io", Integer.MAX_VALUE), true);
        single = Schedulers.from(new SimulatedExecutor("single", 1), true);
    }

    @Override
    public void uninstall() {
        unpause.run();
        RxJavaPlugins.setComputationSchedulerHandler(computationBefore);
        RxJavaPlugins.setIoSchedulerHandler(ioBefore);
        RxJavaPlugins.setSingleSchedulerHandler(singleBefore);
        RxJavaPlugins.setNewThreadSchedulerHandler(newThreadBefore);
    }

    private static Scheduler here(@Nullable Scheduler simulated, Scheduler real) {
        return simulated == null || Simulation.present() == null ? real : simulated;
    }
}
