package dev.weft;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Reports;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The coroutine of a program's {@code main}: a signal cancels it, and its end is the end of the process.
 *
 * <p>The thread of {@code main} waits for the end and then exits; the JVM's thread for a signal exits only if that takes
 * too long, or at the second signal. Without {@code sun.misc.Signal}, a shutdown hook does what the first signal does;
 * the JVM then decides about the exit code, and a second signal does nothing.
 */
final class MainRun {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private final Duration limit;
    private final MemberTask<@Nullable Void> task;
    private final CountDownLatch over = new CountDownLatch(1);

    /** The first signal, written by the thread that the JVM runs its handler on; or that none has come in time. */
    private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();

    /** What asks a process to end. */
    private enum Stop {
        SIGINT(2),
        SIGTERM(15),
        SHUTDOWN(0),
        /** Nothing has: the body is over, and a signal is no longer for it. */
        OVER(0);

        private final int number;

        Stop(int number) {
            this.number = number;
        }

        /** {@return the exit code, by the convention of the shell} */
        int status() {
            return 128 + number;
        }

        String reason() {
            return this == SHUTDOWN ? "the JVM shuts down" : name();
        }
    }

    MainRun(Duration limit, AsyncAction<?> body) {
        this.limit = Objects.requireNonNull(limit, "limit");
        this.task = new MemberTask<>(
                null, Async.backend(), Async.context(), CoroutineOptions.NONE.named("main"), Async.asCallable(body));
        task.handle.whenDone(over::countDown);
    }

    void run() {
        Runnable restore = listen();
        Runnable silence = listenForDumps();
        task.start();
        boolean interrupted = untilOver();
        Stop signal = stop.compareAndExchange(null, Stop.OVER);
        Throwable failure = task.unobservedFailure();
        if (failure != null) {
            task.handle.observe();
            Reports.uncaught(failure);
            System.exit(1);
        }
        if (signal != null && signal != Stop.SHUTDOWN) System.exit(signal.status());
        restore.run();
        silence.run();
        if (!interrupted) return;
        Thread.currentThread().interrupt();
        if (signal == null)
            Objects.requireNonNull(task.handle.outcome(), "it is over").getOrThrow();
    }

    /** Waits through interrupts, the first of which cancels the coroutine. {@return whether there was one} */
    private boolean untilOver() {
        boolean interrupted = false;
        while (over.getCount() > 0) {
            try {
                over.await();
            } catch (InterruptedException again) {
                interrupted = true;
                task.cancelBecause("an interrupt of its caller");
            }
        }
        return interrupted;
    }

    /** Listens to signals, or else to the JVM's shutdown. {@return what ends that} */
    private Runnable listen() {
        Runnable first = Signals.on("INT", () -> stopped(Stop.SIGINT));
        if (first == null) return listenToShutdown();
        Runnable second = Signals.on("TERM", () -> stopped(Stop.SIGTERM));
        return () -> {
            first.run();
            if (second != null) second.run();
        };
    }

    /**
     * Prints a dump of all coroutines at {@code SIGUSR1}, and at {@code SIGINFO}, which Ctrl-T sends where there is one;
     * unless the program handles them itself. {@return what ends that}
     */
    private static Runnable listenForDumps() {
        List<Runnable> restore = new ArrayList<>();
        for (String name : List.of("USR1", "INFO")) {
            Runnable one = Signals.onUnused(name, () -> System.err.println(Coroutines.dump()));
            if (one != null) restore.add(one);
        }
        return () -> restore.forEach(Runnable::run);
    }

    private Runnable listenToShutdown() {
        var hook = new Thread(() -> stopped(Stop.SHUTDOWN), "weft-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shuttingDown) {
                LOG.log(Level.DEBUG, "The JVM shuts down as main ends", shuttingDown);
            }
        };
    }

    private void stopped(Stop by) {
        Stop before = stop.compareAndExchange(null, by);
        if (before == Stop.OVER) {
            if (by != Stop.SHUTDOWN) System.exit(by.status()); // as it would a moment later
            return;
        }
        if (before != null) Runtime.getRuntime().halt(by.status());
        task.cancelBecause(by.reason());
        if (endsInTime()) return; // the thread of main exits
        LOG.log(
                Level.WARNING,
                () -> "Asked to end by " + by.name() + ", and still running after " + limit + ": " + task.describe());
        if (by != Stop.SHUTDOWN) System.exit(by.status());
    }

    private boolean endsInTime() {
        try {
            return over.await(Async.nanos(limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopped) {
            return false;
        }
    }

    /** {@code sun.misc.Signal} by reflection: it is in no module that every JVM has. */
    private static final class Signals {
        private Signals() {}

        /** Sets the handler of a signal. {@return what sets the previous one again, or null if that cannot be done here} */
        static @Nullable Runnable on(String name, Runnable action) {
            return on(name, action, false, "A shutdown hook replaces the handler of SIG");
        }

        /** As {@link #on}, but leaves a signal alone that the program handles already, or ignores. */
        static @Nullable Runnable onUnused(String name, Runnable action) {
            return on(name, action, true, "No dump is printed at SIG");
        }

        private static @Nullable Runnable on(String name, Runnable action, boolean ifUnused, String otherwise) {
            try {
                Class<?> type = Class.forName("sun.misc.Signal");
                Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
                Object signal = type.getConstructor(String.class).newInstance(name);
                Method handle = type.getMethod("handle", type, handlerType);
                Object before = handle.invoke(null, signal, handler(handlerType, type, action));
                Runnable restore = () -> restore(handle, signal, before);
                if (!ifUnused || before == handlerType.getField("SIG_DFL").get(null)) return restore;
                restore.run();
                return null;
            } catch (ReflectiveOperationException missingOrInUse) {
                LOG.log(Level.DEBUG, otherwise + name, missingOrInUse);
                return null;
            }
        }

        private static Object handler(Class<?> handlerType, Class<?> signal, Runnable action)
                throws ReflectiveOperationException {
            var run = MethodHandles.publicLookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            return MethodHandleProxies.asInterfaceInstance(handlerType, MethodHandles.dropArguments(run, 0, signal));
        }

        private static void restore(Method handle, Object signal, Object before) {
            try {
                handle.invoke(null, signal, before);
            } catch (ReflectiveOperationException refused) {
                throw new IllegalStateException("the handler of " + signal + " cannot be restored", refused);
            }
        }
    }
}
