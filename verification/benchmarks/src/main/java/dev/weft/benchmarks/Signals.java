package dev.weft.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The single platform thread that signals asynchronously, the same for all columns, as a scheduler of each library. */
@State(Scope.Benchmark)
public class Signals {
    final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var created = new Thread(task, "signals");
        created.setDaemon(true);
        return created;
    });

    final Scheduler reactor = Schedulers.fromExecutor(thread::execute);

    final io.reactivex.rxjava3.core.Scheduler rxjava = io.reactivex.rxjava3.schedulers.Schedulers.from(thread::execute);

    /** For JMH. */
    @TearDown
    public void close() {
        thread.shutdownNow();
    }
}
