package dev.weft;

import dev.weft.spi.DiscardHook;
import dev.weft.spi.Violation;
import dev.weft.spi.Warning;
import dev.weft.spi.Watchdog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The hooks for signals that nobody can receive, where the backend in use has no hook of its own: values under RxJava
 * and {@code jdk}, errors under {@code jdk}, breaches of protocol under all.
 *
 * <p>The hooks are process-wide. They are called on the thread that could not deliver the signal, and must be quick;
 * what they throw goes to the uncaught handler of that thread and changes nothing else. Without a hook, values are
 * discarded silently; errors and breaches are logged as warnings to the system logger {@code dev.weft}.
 *
 * <p>{@link #onWarning} is for events that are not signals, but hardly intended: a source that takes more than a second
 * to be cancelled, a block that ends more than a second after its timeout, a listener that nobody deregisters, and what
 * the watchdog finds.
 *
 * <p>The watchdog is off unless {@code -Dweft.watchdog}, the environment variable {@code WEFT_WATCHDOG} or {@code weft.watchdog} in
 * {@code weft.properties} on the class path says how long a wait may last ({@code 500ms}, {@code 10s}, {@code 2m}, {@code PT10S}), or
 * {@link #watchdog} does. A coroutine that waits longer in one place is reported, once for each wait: its name, what it waits for, such as
 * a source that has given a value but not its end, and where in the code. Coroutines that wait for the same thing in the same place share
 * one report. The watchdog covers all coroutines that have started since, and looks at them on a thread of its own, some eight times within
 * the limit; an await costs the same with and without it, a coroutine some 100 bytes more. A {@code delay}, and what the JDK calls a timed
 * wait, are not reported, nor are plain threads. Code that waits repeatedly in a lock or queue of the JDK, with no await in between, counts
 * as one wait.
 *
 * <p>A coroutine that goes on for longer than the limit after it was cancelled, or after the timeout of the block that
 * it is in, is reported too, whether it waits or computes.
 *
 * <p>While there is a watchdog, code that swallows its cancellation is reported too, once: a coroutine in which an
 * await, or an interrupt, has told of the cancellation and which still ends normally; one that comes to the same await
 * again; a block with a timeout, or a group, that ends normally then. A clean-up that awaits, shielded or in a
 * {@code finally}, is not reported: it passes the cancellation on.
 *
 * <p>{@link dev.weft.spi.EngineCounter} counts all these, whatever the hooks do.
 *
 * @since 0.1
 */
public final class Hooks {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private static final AtomicReference<Consumer<Object>> DISCARD = new AtomicReference<>(value -> {});
    private static final AtomicReference<Consumer<Throwable>> DROPPED = new AtomicReference<>(Hooks::log);
    private static final AtomicReference<Consumer<Violation>> VIOLATION = new AtomicReference<>(Hooks::log);

    private static final AtomicReference<Consumer<Warning>> WARNING = new AtomicReference<>(Hooks::log);

    private Hooks() {}

    /**
     * Sets the hook for values that lost against a cancellation or failure; it must close them if they are resources.
     *
     * @param hook the hook
     * @return what restores the previous hook
     */
    public static Handle onDiscard(Consumer<Object> hook) {
        return replace(DISCARD, hook);
    }

    /**
     * Sets the hook for errors that came too late. An error that only answers our own cancellation is logged at
     * {@code DEBUG} instead.
     *
     * @param hook the hook
     * @return what restores the previous hook
     */
    public static Handle onDropped(Consumer<Throwable> hook) {
        return replace(DROPPED, hook);
    }

    /**
     * Sets the hook for breaches of protocol.
     *
     * @param hook the hook
     * @return what restores the previous hook
     */
    public static Handle onViolation(Consumer<Violation> hook) {
        return replace(VIOLATION, hook);
    }

    /**
     * Sets the hook for events that are hardly intended. It is called on the thread that noticed, such as the
     * watchdog's.
     *
     * @param hook the hook
     * @return what restores the previous hook
     */
    public static Handle onWarning(Consumer<Warning> hook) {
        return replace(WARNING, hook);
    }

    /**
     * Sets a watchdog for all coroutines that start from now on, in place of the current or configured one.
     *
     * @param limit how long a wait may last
     * @return what restores the previous one
     * @throws IllegalArgumentException if the limit is not positive
     */
    public static Handle watchdog(Duration limit) {
        if (!Objects.requireNonNull(limit, "limit").isPositive())
            throw new IllegalArgumentException("limit must be positive, but is " + limit);
        return Watchdog.replace(limit)::run;
    }

    /**
     * Registers a listener for all coroutines that start from now on, beside those that are registered already.
     *
     * @param listener the listener
     * @return what deregisters it: it is told nothing more, except by a call that is under way
     */
    public static Handle addListener(CoroutineListener listener) {
        return Listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    static void warn(Warning warning) {
        WARNING.get().accept(warning);
    }

    /** Calls the hook for a value, even if an {@link Async#withDiscard} would take it. */
    static void discard(Object value) {
        DISCARD.get().accept(value);
    }

    static void discard(Object value, @Nullable Object context) {
        Consumer<Object> inside = context instanceof Context c ? c.getOrDefault(DiscardHook.KEY, null) : null;
        if (inside == null) discard(value);
        else inside.accept(value);
    }

    static void drop(Throwable error) {
        DROPPED.get().accept(error);
    }

    static void violate(Violation violation) {
        VIOLATION.get().accept(violation);
    }

    private static void log(Throwable error) {
        LOG.log(Level.WARNING, "An error that nobody could receive", error);
    }

    /** Not a lambda, whose generated name would be in the line of a logger that names its caller. */
    private static void log(Record event) {
        LOG.log(Level.WARNING, event::toString);
    }

    private static <T> Handle replace(AtomicReference<Consumer<T>> slot, Consumer<T> hook) {
        Consumer<T> previous = slot.getAndSet(Objects.requireNonNull(hook, "hook"));
        return () -> slot.set(previous);
    }

    /** Restores the hook that was there before, or deregisters a listener. */
    @FunctionalInterface
    public interface Handle extends AutoCloseable {
        /** Restores it. */
        @Override
        void close();
    }
}
