package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Failures;
import dev.weft.spi.Observer;
import dev.weft.spi.Observers;
import dev.weft.spi.Services;
import dev.weft.spi.WaitKind;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the registered listeners about coroutines. A coroutine is told to those that were registered when it started,
 * so that each of them is told all of its life; one that has been deregistered since is told no more.
 *
 * @param registered those that are told, in the order of their registration
 */
record Listeners(List<Registration> registered) implements Observer {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    /** Whether the current thread is telling; what a listener starts then is not told. */
    private static final ThreadLocal<Boolean> TELLING = new ThreadLocal<>();

    private static final List<Registration> ALL = installed();

    /** From now on, those are told that are registered from the start. */
    static void begin() {
        synchronized (ALL) {
            Observers.set(observer());
        }
    }

    /** In debug mode there is always one, which notes for dumps since when a coroutine waits. */
    private static @Nullable Observer observer() {
        return ALL.isEmpty() && !Debug.ON ? null : new Listeners(List.copyOf(ALL));
    }

    static Hooks.Handle add(CoroutineListener listener) {
        var registration = new Registration(listener);
        synchronized (ALL) {
            ALL.add(registration);
            Observers.set(observer());
        }
        return () -> remove(registration);
    }

    private static void remove(Registration registration) {
        registration.closed = true;
        synchronized (ALL) {
            ALL.remove(registration);
            Observers.set(observer());
        }
    }

    private static List<Registration> installed() {
        return Services.load(
                ServiceLoader.load(CoroutineListener.class, CoroutineListener.class.getClassLoader())
                        .iterator(),
                Registration::new,
                broken -> LOG.log(Level.WARNING, "A CoroutineListener cannot be loaded, and is told nothing", broken));
    }

    @Override
    public @Nullable Observation started(Observed started, @Nullable Observation parent) {
        if (TELLING.get() != null) return null;
        var told = new Told(this, new CoroutineInfo(started, parent instanceof Told of ? of.coroutine : null));
        told.tell(listener -> listener.started(told.coroutine));
        return told;
    }

    @Override
    public void discarded(Object value) {
        tell(registered, listener -> listener.discarded(value));
    }

    private static void tell(List<Registration> registered, Consumer<CoroutineListener> event) {
        if (TELLING.get() != null) return; // a listener waits or discards, although it must not
        TELLING.set(true);
        try {
            for (Registration each : registered) each.tell(event);
        } finally {
            TELLING.remove();
        }
    }

    /** One listener. */
    static final class Registration {
        private final CoroutineListener listener;
        private final AtomicBoolean hasThrown = new AtomicBoolean();
        private volatile boolean closed;

        Registration(CoroutineListener listener) {
            this.listener = listener;
        }

        void tell(Consumer<CoroutineListener> event) {
            if (closed) return;
            try {
                event.accept(listener);
            } catch (Throwable thrown) {
                report(thrown);
            }
        }

        Runnable around(CoroutineInfo coroutine, Runnable body) {
            var once = new Once(body);
            tell(it -> once.action = Objects.requireNonNull(it.around(coroutine, once), "around returned null"));
            return once.action == once ? body : () -> once.runInAction(this);
        }

        void report(Throwable thrown) {
            if (hasThrown.compareAndSet(false, true))
                LOG.log(
                        Level.WARNING,
                        "The CoroutineListener " + listener.getClass().getName()
                                + " has thrown; this is logged once, and changes nothing",
                        thrown);
        }
    }

    /** What a listener's action is to run: once each time, whatever the action does. Used by the coroutine's thread. */
    private static final class Once implements Runnable {
        private final Runnable body;
        Runnable action = this;
        private boolean hasRun;
        private @Nullable Throwable failure;

        Once(Runnable body) {
            this.body = body;
        }

        @Override
        public void run() {
            if (hasRun) return;
            hasRun = true;
            try {
                body.run();
            } catch (Throwable thrown) {
                failure = thrown;
                throw thrown;
            }
        }

        void runInAction(Registration of) {
            hasRun = false;
            failure = null;
            try {
                action.run();
            } catch (Throwable thrown) {
                if (thrown != failure) of.report(thrown);
            }
            run();
            Throwable fromBody = failure;
            if (fromBody != null) throw Failures.<RuntimeException>sneak(fromBody);
        }
    }

    /** Tells about one coroutine. */
    private static final class Told implements Observation {
        private final Listeners to;
        final CoroutineInfo coroutine;

        /** Written by the thread of the coroutine. */
        private volatile long waitingSince;

        Told(Listeners to, CoroutineInfo coroutine) {
            this.to = to;
            this.coroutine = coroutine;
        }

        void tell(Consumer<CoroutineListener> event) {
            Listeners.tell(to.registered, event);
        }

        @Override
        public Runnable around(Runnable body) {
            if (TELLING.get() != null) return body;
            TELLING.set(true);
            try {
                Runnable around = body;
                for (Registration each : to.registered) around = each.around(coroutine, around);
                return around;
            } finally {
                TELLING.remove();
                coroutine.begin();
            }
        }

        @Override
        public Object context() {
            return coroutine.context();
        }

        @Override
        public void suspended(WaitKind kind, Supplier<String> what) {
            waitingSince = System.nanoTime() | 1; // never 0
            var wait = new CoroutineWait(kind, what);
            tell(listener -> listener.suspended(coroutine, wait));
        }

        @Override
        public void resumed() {
            waitingSince = 0;
            tell(listener -> listener.resumed(coroutine));
        }

        @Override
        public void ended(@Nullable Throwable failure, @Nullable Cancellation by) {
            var end = CoroutineEnd.of(failure, by);
            tell(listener -> listener.ended(coroutine, end));
            coroutine.forgetParent();
        }

        @Override
        public long waitingSince() {
            return waitingSince;
        }
    }
}
