package dev.weft.testing;

import static dev.weft.Async.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncIterator;
import dev.weft.Dispatcher;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does everything around coroutines inside a monitor: starts them, and subscribes to, requests from, signals, ends and
 * cancels their sources. Each time the monitor must still be held after the call, and free when everything is over. It
 * is played in its own JVM, since a coroutine that is mounted there may bring it down.
 */
public final class Monitors {
    /** Whether coroutines can run elsewhere than on the JDK's scheduler, in a separate JVM. */
    public static final boolean SUPPORTED = Runtime.version().feature() >= 24;

    private static final int ROUNDS = 500;
    private static final int VALUES = 5;
    private static final ExecutorService FOREIGN = thread("foreign");

    private final Start way;
    private final List<Place> places = new ArrayList<>();

    /**
     * Covers all dispatchers that need no library.
     *
     * @param way how coroutines are started
     */
    public Monitors(Start way) {
        this.way = way;
        on("virtual", Dispatcher.virtual(), FOREIGN);
        if (!SUPPORTED) return;
        ExecutorService loop = thread("loop");
        on("executor", Dispatcher.on(loop), loop);
        on("event loop", Dispatcher.eventLoop(), new DefaultEventExecutor());
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /**
     * Adds a dispatcher.
     *
     * @param home the thread on which its coroutines start, and on which they are signalled in every other round
     */
    public void on(String name, Dispatcher dispatcher, Executor home) {
        places.add(new Place(name, dispatcher, home));
    }

    /** Plays all rounds with a source of values, on each dispatcher; ends the JVM if one fails. */
    public void play(String source, Opening opening) throws Exception {
        for (Place place : places) {
            for (int round = 0; round < ROUNDS; round++) {
                Executor signals = round % 2 == 0 ? place.home : FOREIGN;
                try {
                    new Round(place, signals).play(opening);
                } catch (Throwable failure) {
                    new AssertionError(source + " on " + place.name + ", round " + round, failure).printStackTrace();
                    System.exit(1); // threads that wait forever would keep the JVM alive
                }
            }
            System.out.println("played " + source + " on " + place.name);
        }
    }

    /** Runs a program in a separate JVM. {@return what it has played} */
    public static List<String> played(Class<?> program) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--add-opens", "java.base/java.lang=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().filter(line -> line.startsWith("played ")).toList();
    }

    /** Starts a coroutine, which is cancelled when the future is. */
    public interface Start {
        CompletableFuture<Integer> start(Dispatcher dispatcher, Callable<Integer> body);
    }

    /** Iterates over the values of a publisher. It may run things on the signalling thread. */
    public interface Opening {
        AsyncIterator<Integer> open(Flow.Publisher<Integer> values, Executor signals);
    }

    private record Place(String name, Dispatcher dispatcher, Executor home) {}

    /** One coroutine that runs to its end, one that is cancelled, and a thread that contends for the monitor. */
    private final class Round {
        private final Place place;
        private final Executor signals;
        private final Monitor monitor = new Monitor();

        Round(Place place, Executor signals) {
            this.place = place;
            this.signals = signals;
        }

        void play(Opening opening) throws Exception {
            assertThat(get(started(() -> sum(opening)))).isEqualTo(2 * (VALUES - 1) * VALUES / 2);
            var waits = new CountDownLatch(1);
            var ended = new CountDownLatch(1);
            CompletableFuture<Integer> cancelled = started(() -> {
                waits.countDown();
                try {
                    return await(new CompletableFuture<>());
                } finally {
                    monitor.enter();
                    ended.countDown();
                }
            });
            Latches.await(waits);
            signals.execute(() -> monitor.hold(() -> cancelled.cancel(true)));
            Latches.await(ended);
            get(CompletableFuture.runAsync(monitor::enter, FOREIGN));
            get(CompletableFuture.runAsync(monitor::enter, place.home));
        }

        private CompletableFuture<Integer> started(Callable<Integer> body) throws Exception {
            var started = new AtomicReference<CompletableFuture<Integer>>();
            get(CompletableFuture.runAsync(
                    () -> monitor.hold(() -> started.set(way.start(place.dispatcher, body))), place.home));
            return started.get();
        }

        private int sum(Opening opening) {
            int sum = 0;
            try (AsyncIterator<Integer> values = opening.open(new Values(monitor, signals), signals)) {
                for (int value : values) {
                    monitor.enter();
                    var again = new CompletableFuture<Integer>();
                    signals.execute(() -> monitor.hold(() -> again.complete(value)));
                    sum += value + await(again);
                    monitor.enter();
                }
            }
            return sum;
        }

        private static <T> T get(CompletableFuture<T> future) throws Exception {
            return future.get(Watched.SECONDS, TimeUnit.SECONDS);
        }
    }

    private static final class Monitor {
        synchronized void hold(Runnable action) {
            action.run();
            enter();
        }

        synchronized void enter() {
            if (!Thread.holdsLock(this))
                throw new AssertionError("the monitor was taken away from " + Thread.currentThread());
        }
    }

    /** A source of some values that does everything with the monitor held. */
    private static final class Values implements Flow.Publisher<Integer>, Flow.Subscription {
        private final Monitor monitor;
        private final Executor signals;
        private Flow.Subscriber<? super Integer> subscriber;
        private long requested;
        private int sent;

        Values(Monitor monitor, Executor signals) {
            this.monitor = monitor;
            this.signals = signals;
        }

        @Override
        public void subscribe(Flow.Subscriber<? super Integer> to) {
            monitor.hold(() -> {
                subscriber = to;
                to.onSubscribe(this);
            });
        }

        @Override
        public void request(long count) {
            monitor.hold(() -> {
                requested = count > VALUES ? VALUES : requested + count;
                signals.execute(() -> monitor.hold(this::signal));
            });
        }

        private void signal() {
            while (sent < VALUES && requested > 0) {
                requested--;
                subscriber.onNext(sent++);
                if (sent == VALUES) subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {
            monitor.hold(() -> requested = 0);
        }
    }
}
