package dev.weft;

import dev.weft.spi.Violation;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Where signals go that nobody can receive and for which the backend in use has no hook of its own: values under RxJava and
 * {@code jdk}, errors under {@code jdk}, breaches of protocol under all.
 *
 * <p>The hooks are process-wide. They are called on the thread that met the signal, must be quick, and what they throw goes to
 * the uncaught handler of that thread and changes nothing else. Without a hook, values are dropped silently, errors and
 * breaches are logged as warnings to the system logger {@code dev.weft}.
 */
public final class Hooks {
    private static final System.Logger LOG = System.getLogger("dev.weft");

    private static final AtomicReference<Consumer<Object>> DISCARD = new AtomicReference<>(value -> {});
    private static final AtomicReference<Consumer<Throwable>> DROPPED =
            new AtomicReference<>(error -> LOG.log(Level.WARNING, "An error that nobody could receive", error));
    private static final AtomicReference<Consumer<Violation>> VIOLATION =
            new AtomicReference<>(violation -> LOG.log(Level.WARNING, violation::toString));

    private Hooks() {}

    /**
     * Sets the hook for values that lost against a cancellation or failure; it has to close them if they are resources.
     *
     * @param hook the hook
     * @return what restores the previous hook
     */
    public static Handle onDiscard(Consumer<Object> hook) {
        return replace(DISCARD, hook);
    }

    /**
     * Sets the hook for errors that came too late. What only answers a cancellation of ours is logged at {@code DEBUG} instead.
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

    /** Calls the hook for a value; for backends without one of their own. */
    public static void discard(Object value) {
        DISCARD.get().accept(value);
    }

    /** Calls the hook for an error; for backends without one of their own. */
    public static void drop(Throwable error) {
        DROPPED.get().accept(error);
    }

    /** Calls the hook for a breach of protocol. */
    public static void violate(Violation violation) {
        VIOLATION.get().accept(violation);
    }

    private static <T> Handle replace(AtomicReference<Consumer<T>> slot, Consumer<T> hook) {
        Consumer<T> previous = slot.getAndSet(Objects.requireNonNull(hook, "hook"));
        return () -> slot.set(previous);
    }

    /** Restores the hook that was there before. */
    @FunctionalInterface
    public interface Handle extends AutoCloseable {
        /** Restores it. */
        @Override
        void close();
    }
}
