package dev.weft.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the engine needs from the layer above it: the exceptions that users see, and the configuration of the process.
 *
 * <p>{@code dev.weft} implements it. This package must not depend on {@code dev.weft}, so the first use initializes the
 * implementation by name, and the implementation installs itself.
 *
 * @since 0.1
 */
public interface Host {
    /** {@return the host of this process} */
    static Host get() {
        return HostHolder.First.HOST;
    }

    /**
     * Installs the host of this process. The host calls this itself, once, while its class is initialized.
     *
     * @param host the host
     * @throws IllegalStateException if there is one already
     */
    static void install(Host host) {
        HostHolder.install(host);
    }

    /** {@return a new exception for a coroutine that finds itself cancelled} */
    CancellationException cancelled(Cancellation cancellation);

    /** {@return a new exception for a plain thread that is interrupted} */
    CancellationException interrupted(@Nullable Throwable cause);

    /** {@return the scope whose cancellation this exception reports, or null if it is no such exception} */
    @Nullable
    Scope cancelledScope(Throwable failure);

    /** {@return a new exception for a source that ended without a value where one is needed} */
    RuntimeException noValue(String message);

    /** {@return a new exception for a source with more than one value} */
    RuntimeException tooManyValues(String operation);

    /** {@return a new exception for a source that gave more values than its buffer takes} */
    RuntimeException overflow(String message);

    /** {@return a new unchecked exception that wraps a checked failure} */
    RuntimeException wrapChecked(Throwable checked);

    /** {@return the failure inside a wrapper, or the failure itself} */
    Throwable unwrap(Throwable failure);

    /** {@return the failure, with a note of where it was awaited, if notes are on and the failure can take one} */
    Throwable noteAwaitSite(Throwable failure);

    /**
     * {@return a body that runs with the registered scoped values bound: as the context has them, or else as the
     * current thread does; the body itself if there are none}
     */
    Runnable bound(Object context, Runnable body);

    /** {@return the backend selected outside any scope} */
    Backend backend();

    /** {@return options that say where coroutines run by default} */
    CoroutineOptions configured();

    /** {@return whether cancellers interrupt foreign code in coroutines by default} */
    boolean sendsInterrupts();

    /**
     * {@return how long a wait may last before it is reported; empty if waits are not reported}
     *
     * @throws RuntimeException if the configuration cannot be read
     */
    Optional<Duration> watchdog();

    /** Sets what is told about coroutines from the start, if there is something. Called once, before the first starts. */
    void observe();

    /** Hands a warning to the hook. */
    void warn(Warning warning);

    /**
     * {@return the frames of a stack from the first to the last that belong to code of the user, the same objects,
     * without those of Weft; empty if there are none}
     */
    StackTraceElement[] ofTheUser(StackTraceElement[] stack);

    /**
     * Throws if the current thread must not block.
     *
     * @param operation what is about to wait
     * @throws IllegalStateException if the current thread must not block; the message says what to write instead
     */
    void requireMayBlock(String operation);
}

/**
 * Holds the host. {@link #INSTALLED} is outside {@link First}, since the host installs itself while {@code First} is
 * still being initialized.
 */
final class HostHolder {
    private static final AtomicReference<@Nullable Host> INSTALLED = new AtomicReference<>();

    private HostHolder() {}

    static void install(Host host) {
        if (!INSTALLED.compareAndSet(null, Objects.requireNonNull(host, "host")))
            throw new IllegalStateException("the engine has its host already");
    }

    /** Initialized at the first use. */
    static final class First {
        static final Host HOST = load();

        private First() {}

        /** The name is one constant, so that tools that relocate or shrink classes find it. */
        private static Host load() {
            try {
                Class.forName("dev.weft.EngineHost");
            } catch (ClassNotFoundException missing) {
                throw new IllegalStateException(
                        "looked for the class EngineHost beside the engine, found none: this copy of weft-api is incomplete;"
                                + " keep all of its classes when you shade or shrink it",
                        missing);
            }
            return Objects.requireNonNull(INSTALLED.get(), "EngineHost installs itself");
        }
    }
}
