package dev.weft;

import dev.weft.spi.Carrier;
import dev.weft.spi.Dispatched;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where coroutines run: what carries their virtual threads.
 *
 * <p>It is chosen per coroutine ({@link Coroutine#on}), per stream ({@link AsyncStream#on}) or per builder ({@code mono(dispatcher,
 * body)} and its like); a coroutine that is started inside another runs where that one does. For all others it is
 * {@link #virtual}, or what {@code -Dweft.dispatcher}, the environment variable {@code WEFT_DISPATCHER} or {@code weft.dispatcher}
 * in {@code weft.properties} on the class path says: {@code virtual} or {@code inline}.
 *
 * <p>{@link #inline} and {@link #on} need JDK 24 or newer and {@code --add-opens java.base/java.lang=ALL-UNNAMED} (in an executable
 * jar, the line {@code Add-Opens: java.base/java.lang} in its manifest). Configured without these, {@code inline} is
 * reported once, and {@link #virtual} is used instead.
 */
public final class Dispatcher {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final Dispatcher VIRTUAL = new Dispatcher(Carrier.virtual());

    private final Carrier carrier;

    private Dispatcher(Carrier carrier) {
        this.carrier = carrier;
    }

    /** {@return the scheduler of the JDK: coroutines run in parallel on its carrier threads} */
    public static Dispatcher virtual() {
        return VIRTUAL;
    }

    /**
     * {@return a dispatcher that wakes no other thread} As an operator of a reactive library would, a coroutine starts on the thread
     * that subscribes, inside {@code subscribe}, and continues on the thread that signals, inside {@code onNext}, {@code onComplete}
     * or {@code request}. It leaves that thread as soon as it waits, be it for a lock or a socket. What else may wake it (a
     * timer, a lock, a socket, a callback, a cancellation, a signal from another coroutine) has it continue on the JDK's
     * scheduler.
     *
     * @apiNote A hop becomes a call; but whoever subscribes or signals does the coroutine's work until it waits, so a coroutine that
     *     computes for long belongs elsewhere.
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     */
    public static Dispatcher inline() {
        return new Dispatcher(Carrier.inline());
    }

    /**
     * {@return a dispatcher that confines coroutines to an executor} With one thread, such as an event loop or
     * {@code SwingUtilities::invokeLater}, no two of its coroutines run at the same time, and between two suspension points nothing
     * else of theirs happens, as with asyncio. A lock or a blocking call suspends a coroutine too, and frees the thread. The current
     * thread is the coroutine's own, a virtual one, so code that asks whether it is on that of the executor, such as
     * {@code SwingUtilities.isEventDispatchThread()}, hears no.
     *
     * <p>The executor has to queue what it is given for platform threads of its own. If it refuses a step, runs it inside
     * {@code execute}, or on a virtual thread, the coroutine fails, with a {@link java.util.concurrent.RejectedExecutionException} or an
     * {@link IllegalStateException} that says why, and cleans up on the JDK's scheduler. Steps that it drops when it is shut down
     * are noticed when the coroutine is cancelled.
     *
     * @param executor what runs the steps
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     */
    public static Dispatcher on(Executor executor) {
        return new Dispatcher(Carrier.on(executor));
    }

    /** {@return a body that runs here, whichever builder it is given to; for adapters} */
    public <T extends @Nullable Object> Callable<T> bind(Callable<T> body) {
        return new Bound<>(carrier, Objects.requireNonNull(body, "body"));
    }

    /** {@return a generator that runs here, whichever builder it is given to; for adapters} */
    public <T> Generator<T> bind(Generator<T> generator) {
        return new BoundGenerator<>(carrier, Objects.requireNonNull(generator, "generator"));
    }

    /** {@return a generator that runs where a body does} */
    static <T> Generator<T> alike(Object body, Generator<T> generator) {
        return body instanceof Dispatched there ? new BoundGenerator<>(there.carrier(), generator) : generator;
    }

    /** {@return what carries the coroutines that nobody has chosen anything for} */
    static Carrier configured() {
        return Configured.RESULT.get();
    }

    /**
     * The rule: what was asked for, by the first that asks; without the means for it, {@link #virtual} and a report.
     *
     * @throws BackendException if there is no such dispatcher
     */
    static Carrier choose(
            @Nullable String property, @Nullable String environment, @Nullable String file, @Nullable String missing) {
        String asked = Backends.isSet(property) ? property : Backends.isSet(environment) ? environment : file;
        if (asked == null || asked.isBlank()) return Carrier.virtual();
        return switch (asked.strip()) {
            case "virtual" -> Carrier.virtual();
            case "inline" -> missing == null ? Carrier.inline() : instead(missing);
            default ->
                throw new BackendException(
                        "a dispatcher in weft.dispatcher, virtual or inline",
                        "\"" + asked + "\"",
                        "correct it; Dispatcher.on(executor) is chosen in code");
        };
    }

    private static Carrier instead(String missing) {
        LOG.log(
                Level.WARNING,
                () -> "weft.dispatcher=inline " + missing + "; coroutines run on the JDK's scheduler instead");
        return Carrier.virtual();
    }

    private record Bound<T extends @Nullable Object>(Carrier carrier, Callable<T> body)
            implements Callable<T>, Dispatched {
        @Override
        public T call() throws Exception {
            return body.call();
        }
    }

    private record BoundGenerator<T>(Carrier carrier, Generator<T> generator) implements Generator<T>, Dispatched {
        @Override
        public void generate(Emitter<T> out) throws Exception {
            generator.generate(out);
        }
    }

    private static final class Configured {
        static final Backends.Once<Carrier> RESULT = Backends.Once.of(() -> choose(
                System.getProperty("weft.dispatcher"),
                System.getenv("WEFT_DISPATCHER"),
                Backends.fromFile("weft.dispatcher"),
                Carrier.missing()));

        private Configured() {}
    }
}
