package dev.weft;

import dev.weft.spi.CoroutineOptions;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where coroutines run: the threads that carry their virtual threads.
 *
 * <ul>
 *   <li>{@link #virtual}: the scheduler of the JDK. It needs nothing, and is the default.
 *   <li>{@link #eventLoop}: the event loop on which a coroutine is subscribed to. For servers and clients on Netty or
 *       Vert.x: their requests then wake no other thread.
 *   <li>{@link #on}: an executor, such as a single thread or the thread of a user interface. Adapters also have a
 *       dispatcher for a scheduler of their library.
 * </ul>
 *
 * <p>It is chosen per coroutine ({@link Coroutine#on}), per stream ({@link AsyncStream#on}) or per builder ({@code mono(dispatcher, body)}
 * and its like); a coroutine that is started inside another runs where that one does. For all others, configuration decides:
 * {@code -Dweft.dispatcher}, the environment variable {@code WEFT_DISPATCHER} or {@code weft.dispatcher} in {@code weft.properties} on the
 * class path, each {@code virtual} or {@code event-loop}.
 *
 * <p>All but {@link #virtual} need JDK 24 or newer and {@code --add-opens java.base/java.lang=ALL-UNNAMED} (in an executable jar, the line
 * {@code Add-Opens: java.base/java.lang} in its manifest). If {@code event-loop} is configured without these, that is reported once, and
 * {@link #virtual} is used instead.
 *
 * <p>A coroutine never continues inside the call that starts it or signals to it, but as a task of its own on the
 * carrier: a virtual thread must not be mounted where code further down the stack holds a monitor (JEP 491). A
 * coroutine that waits, even for a lock or a socket, frees its carrier. The current thread is the coroutine's own
 * virtual thread, so code that asks whether it is on the executor's thread, such as
 * {@code SwingUtilities.isEventDispatchThread()}, gets {@code false}.
 *
 * <p>Other code on that thread should not wait for locks that coroutines on it take: a coroutine may be next in line
 * for the lock, and cannot get its turn. For monitors and the JDK's locks, this is detected after some 10 ms: the
 * coroutine then continues off that thread, on the JDK's scheduler, until it next waits, and a warning is logged.
 *
 * @apiNote Stay with {@link #virtual} unless a measurement says otherwise. {@link #eventLoop} saves a server on Netty
 *     or Vert.x the hand-over between threads, and is for bodies that compute little; {@link #on} is for code that must
 *     be confined to one thread, or to limit how many coroutines run at a time.
 * @since 0.1
 */
public final class Dispatcher {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final Dispatcher VIRTUAL = new Dispatcher(CoroutineOptions.onVirtualThreads());
    private static final String NO_INLINE =
            "continuing a coroutine inside the call that signals to it can kill the JVM: if code on that stack holds a monitor,"
                    + " the coroutine takes it away (JEP 491)";

    private final CoroutineOptions options;

    private Dispatcher(CoroutineOptions options) {
        this.options = options;
    }

    /** {@return the scheduler of the JDK: coroutines run in parallel on its carrier threads} */
    public static Dispatcher virtual() {
        return VIRTUAL;
    }

    /**
     * No longer supported.
     *
     * @throws UnsupportedOperationException always; the message says why, and what to use
     * @deprecated use {@link #eventLoop}
     */
    @Deprecated(forRemoval = true)
    public static Dispatcher inline() {
        throw new UnsupportedOperationException("Dispatcher.inline() is withdrawn: " + NO_INLINE
                + "; use Dispatcher.eventLoop(), which continues from the top of the loop, or Dispatcher.on(executor)");
    }

    /**
     * {@return a dispatcher that keeps a coroutine, and what it starts in turn, on the event loop on whose thread it is
     * started or subscribed to; elsewhere it is {@link #virtual}} Each turn is a task of the loop, so a signal from the
     * loop itself wakes no other thread, and the loop does nothing else while the coroutine computes.
     *
     * <p>Netty's loops are supported, and so is everything that runs on them; with {@code weft-rxjava3} also those of
     * Vert.x, whose current context is then the coroutine's too. Others can be added as
     * {@link dev.weft.spi.EventLoops}.
     *
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     */
    public static Dispatcher eventLoop() {
        return new Dispatcher(CoroutineOptions.onEventLoop());
    }

    /**
     * {@return a dispatcher that confines coroutines to an executor} With one thread, such as
     * {@code SwingUtilities::invokeLater}, no two of its coroutines run at the same time, and between two suspension
     * points no other of them runs, as with asyncio.
     *
     * <p>The executor must queue its tasks for platform threads of its own, and hold no monitor while it runs them. If it refuses a step of
     * the coroutine, runs it inside {@code execute}, on a virtual thread, or (checked at the first step) inside {@code synchronized}, the
     * coroutine fails, with a {@link java.util.concurrent.RejectedExecutionException} or an {@link IllegalStateException} that says why,
     * and cleans up on the JDK's scheduler. Steps that it drops when it is shut down are detected when the coroutine is cancelled.
     *
     * @param executor what runs the steps
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     */
    public static Dispatcher on(Executor executor) {
        return new Dispatcher(CoroutineOptions.onExecutor(executor));
    }

    /** {@return a dispatcher for the place that options name} */
    static Dispatcher of(CoroutineOptions options) {
        return new Dispatcher(CoroutineOptions.NONE.on(Objects.requireNonNull(options, "options")));
    }

    static CoroutineOptions optionsOf(Dispatcher dispatcher) {
        return Objects.requireNonNull(dispatcher, "dispatcher").options;
    }

    /** {@return the options for coroutines without a dispatcher, as configured} */
    static CoroutineOptions configured() {
        return Configured.RESULT.get();
    }

    /**
     * The rule: the first of these that is set decides; if the JVM does not support it, {@link #virtual} and a warning.
     *
     * @throws BackendException if there is no such dispatcher
     */
    static CoroutineOptions choose(
            @Nullable String property, @Nullable String environment, @Nullable String file, @Nullable String missing) {
        String asked = Backends.firstSet(property, environment, file);
        if (asked == null) return CoroutineOptions.onVirtualThreads();
        String found = "\"" + asked + "\" (" + Backends.origin("weft.dispatcher", property, environment) + ")";
        return switch (asked.strip()) {
            case "virtual" -> CoroutineOptions.onVirtualThreads();
            case "event-loop" -> missing == null ? CoroutineOptions.onEventLoop() : instead(missing);
            case "inline" -> throw unknown(found + ", which is withdrawn, since " + NO_INLINE, "use event-loop");
            default -> throw unknown(found, "correct it; Dispatcher.on(executor) is chosen in code");
        };
    }

    private static BackendException unknown(String found, String remedy) {
        return new BackendException("a dispatcher in weft.dispatcher, virtual or event-loop", found, remedy);
    }

    private static CoroutineOptions instead(String missing) {
        LOG.log(
                Level.WARNING,
                () -> "weft.dispatcher=event-loop " + missing + "; coroutines run on the JDK's scheduler instead");
        return CoroutineOptions.onVirtualThreads();
    }

    private static final class Configured {
        static final Backends.Once<CoroutineOptions> RESULT = Backends.Once.of(() -> choose(
                System.getProperty("weft.dispatcher"),
                System.getenv("WEFT_DISPATCHER"),
                Backends.fromFile("weft.dispatcher"),
                CoroutineOptions.missing()));

        private Configured() {}
    }
}
