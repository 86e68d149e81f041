package dev.weft.rxjava;

import static dev.weft.Async.delay;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.internal.schedulers.ComputationScheduler;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What else than the usual clock may stand in its place. A test's: {@link VirtualTimeTest}. */
class ClockTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreTheClock() {
        RxJavaPlugins.setComputationSchedulerHandler(null);
        hooks.close();
    }

    private static Single<String> delayed() {
        return single(() -> {
            delay(Duration.ofMillis(1));
            return "in time";
        });
    }

    @Test
    void aDelayFailsWhereTheClockWasShutDown() {
        Scheduler clock = new ComputationScheduler();
        clock.shutdown();
        RxJavaPlugins.setComputationSchedulerHandler(s -> clock);
        delayed().test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertFailure(RejectedExecutionException.class);
    }

    @Test
    void aClockMayRunItsTaskBeforeItReturns() {
        RxJavaPlugins.setComputationSchedulerHandler(s -> Schedulers.trampoline());
        delayed().test().awaitDone(Watched.SECONDS, TimeUnit.SECONDS).assertResult("in time");
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aClockThatCountsFromElsewhereIsNoVirtualOne() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator))
            classPath.add(new File(entry).toURI().toURL());
        System.setProperty("rx3.scheduler.use-nanotime", "true");
        try (var loader = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            var anew = loader.loadClass(Subscribing.class.getName());
            assertThat(((Callable<?>) anew.getConstructor().newInstance()).call())
                    .isEqualTo("the subscriber went on");
        } finally {
            System.clearProperty("rx3.scheduler.use-nanotime");
        }
    }

    /** Loaded again, with RxJava. */
    public static final class Subscribing implements Callable<String> {
        private volatile boolean subscribed;

        /** Called by reflection. */
        public Subscribing() {}

        @Override
        public String call() {
            Thread subscriber = Thread.currentThread();
            var observer = single(() -> whatBecomesOf(subscriber)).test();
            subscribed = true;
            return observer.awaitDone(Watched.SECONDS, TimeUnit.SECONDS)
                    .values()
                    .get(0);
        }

        /** Computes until the subscriber either goes on or waits for this to be at rest. */
        private String whatBecomesOf(Thread subscriber) {
            while (!subscribed)
                if (Stream.of(subscriber.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("settle"))) return "the subscriber waits";
            return "the subscriber went on";
        }
    }
}
