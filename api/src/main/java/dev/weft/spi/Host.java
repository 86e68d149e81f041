package dev.weft.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the engine asks of the layer above it: the exceptions that users see, and what is known about the process.
 *
 * <p>{@code dev.weft} implements it. This package must not depend on that one, so the first use initializes the implementation by name,
 * which installs itself.
 *
 * @since 0.1
 */
public interface Host {
    /** {@return the one host of this process} */
    static Host get() {
        return HostHolder.First.HOST;
    }

    /**
     * Makes a host the one of this process. The host does so itself, once, while its class is initialized.
     *
     * @param host the host
     * @throws IllegalStateException if there is one
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
    RuntimeException noValue(String operation);

    /** {@return a new exception for a source with more values than one} */
    RuntimeException tooManyValues(String operation);

    /** {@return a new exception for a buffer that a source filled beyond what was requested} */
    RuntimeException overflow(String message);

    /** {@return a new unchecked carrier of a checked failure} */
    RuntimeException wrapChecked(Throwable checked);

    /** {@return what a failure really is: the content of a carrier, or the failure itself} */
    Throwable unwrap(Throwable failure);

    /** {@return the failure, with a note of where it was awaited, if notes are on and it may bear one} */
    Throwable noteAwaitSite(Throwable failure);

    /**
     * {@return a body with registered scoped values bound around it: those that a context has, and else those of the current thread; the
     * body itself if there are none}
     */
    Runnable bound(Object context, Runnable body);

    /** {@return the backend that is selected where no scope says otherwise} */
    Backend backend();

    /** {@return options that say where the coroutines run that nobody has chosen anything for} */
    CoroutineOptions configured();

    /** {@return whether cancellers interrupt foreign code in coroutines, where nobody says otherwise} */
    boolean sendsInterrupts();

    /**
     * {@return how long a wait may last before it is reported; empty if none is to be}
     *
     * @throws RuntimeException if what is configured cannot be read
     */
    Optional<Duration> watchdog();

    /** Reports what is hardly meant. */
    void warn(Warning warning);

    /** {@return of a stack the frames from the first to the last one of the user's, if there are such} */
    StackTraceElement[] ofTheUser(StackTraceElement[] stack);

    /**
     * Refuses to wait on a thread that must not block.
     *
     * @param operation what is about to wait
     * @throws IllegalStateException if the current thread must not block, with what to write instead
     */
    void requireMayBlock(String operation);
}

/** Where the host is; {@link #INSTALLED} is apart from the first use, since the host comes to it while that still goes on. */
final class HostHolder {
    private static final AtomicReference<@Nullable Host> INSTALLED = new AtomicReference<>();

    private HostHolder() {}

    static void install(Host host) {
        if (!INSTALLED.compareAndSet(null, Objects.requireNonNull(host, "host")))
            throw new IllegalStateException("the engine has its host already");
    }

    /** Begins with the first use. */
    static final class First {
        static final Host HOST = load();

        private First() {}

        /** The name stands here as one constant, so that what relocates classes, or looks for those in use, finds it. */
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
