package dev.weft.spi;

import dev.weft.scheduling.CoroutineScheduler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a builder is told about its coroutines, apart from their body. The options go from the builder to the task as a
 * parameter, so that no operator or wrapper in between can lose them.
 *
 * <p>A coroutine runs where its options say, else where the coroutine runs that makes it, else on the configured
 * dispatcher; so what it starts runs where it does.
 *
 * @since 0.1
 */
public final class CoroutineOptions {
    private static final String EXECUTOR = "Dispatcher.on(executor)";
    private static final String LOOP = "Dispatcher.eventLoop()";

    /** Options that say nothing. */
    public static final CoroutineOptions NONE = new CoroutineOptions(null, null, false, null);

    /** For a coroutine that takes over nothing from the thread or code that starts it. */
    public static final CoroutineOptions AFRESH = new CoroutineOptions(null, null, true, null);

    private static final CoroutineOptions ON_VIRTUAL_THREADS =
            NONE.on(CoroutineScheduler.virtual(SchedulePoint::thread, null));
    private static final CoroutineOptions ON_EVENT_LOOP =
            NONE.on(CoroutineScheduler.chosenAtStart(CoroutineOptions::schedulerOfLoop));

    private final @Nullable String name;
    private final @Nullable CoroutineScheduler scheduler;
    private final boolean afresh;

    /**
     * The stack of the code that has made what has these options, which a dump asks for; only in debug mode. A trace
     * that nobody asks for costs little.
     */
    private final @Nullable Throwable made;

    private CoroutineOptions(
            @Nullable String name, @Nullable CoroutineScheduler scheduler, boolean afresh, @Nullable Throwable made) {
        this.name = name;
        this.scheduler = scheduler;
        this.afresh = afresh;
        this.made = made;
    }

    /** {@return options that only choose the scheduler of the JDK} */
    public static CoroutineOptions onVirtualThreads() {
        return ON_VIRTUAL_THREADS;
    }

    /**
     * {@return options that only choose the threads of an executor}
     *
     * @param executor what runs each step of a coroutine, on platform threads
     * @throws IllegalStateException if the JVM lacks something that {@link #missing} names
     */
    public static CoroutineOptions onExecutor(Executor executor) {
        Objects.requireNonNull(executor, "executor");
        require(EXECUTOR);
        return NONE.on(CoroutineScheduler.on(EXECUTOR, executor, null));
    }

    /**
     * {@return options that only choose the event loop of the thread that starts the coroutine, as found by
     * {@link EventLoops}; the scheduler of the JDK if there is none}
     *
     * @throws IllegalStateException if the JVM lacks something that {@link #missing} names
     */
    public static CoroutineOptions onEventLoop() {
        require(LOOP);
        return ON_EVENT_LOOP;
    }

    /**
     * {@return options that only choose a worker, taken for each coroutine and given back when the coroutine has ended}
     *
     * @param word the method that the user has called, for errors
     * @param workers gives the worker of one coroutine, on the thread that starts it; what it throws is the coroutine's
     *     failure
     * @throws IllegalStateException if the JVM lacks something that {@link #missing} names
     */
    public static CoroutineOptions onWorkers(String word, Supplier<? extends Worker> workers) {
        Objects.requireNonNull(workers, "workers");
        require(word);
        return NONE.on(CoroutineScheduler.<Worker>workers(word, workers));
    }

    /**
     * {@return what this JVM lacks for all options but {@link #onVirtualThreads}, and what to do about it; null if it
     * lacks nothing}
     */
    public static @Nullable String missing() {
        return CoroutineScheduler.missing();
    }

    /** {@return these options with another thread name} */
    public CoroutineOptions named(String name) {
        return new CoroutineOptions(Objects.requireNonNull(name, "name"), scheduler, afresh, made);
    }

    /**
     * {@return these options with the place of others}
     *
     * @param place the options that say where to run; their thread name is not taken over
     * @throws IllegalArgumentException if they do not say where to run
     */
    public CoroutineOptions on(CoroutineOptions place) {
        if (place.scheduler == null)
            throw new IllegalArgumentException(
                    "looked for options that say where to run, found some that do not: begin with one of CoroutineOptions.on…");
        return on(place.scheduler);
    }

    /** {@return whether they say where coroutines run} */
    public boolean saysWhere() {
        return scheduler != null;
    }

    private CoroutineOptions on(CoroutineScheduler other) {
        return new CoroutineOptions(name, other, afresh, made);
    }

    /**
     * {@return these options, in debug mode with the place where the current code makes something that has them, such as
     * a source, unless they have one} A dump shows it for each coroutine.
     */
    public CoroutineOptions madeHere() {
        return !SourceWatch.isOn() || made != null
                ? this
                : new CoroutineOptions(name, scheduler, afresh, new Throwable());
    }

    /** {@return the frames of the user's code that has made what has these options; empty without debug mode} */
    List<StackTraceElement> made() {
        return made == null ? List.of() : WatchedTask.ofTheUser(made.getStackTrace());
    }

    /** {@return the thread name, or null for numbered names} */
    public @Nullable String name() {
        return name;
    }

    /**
     * {@return whether a coroutine begins with what its context has, and takes over nothing from the thread or code
     * that starts it}
     */
    boolean afresh() {
        return afresh;
    }

    /** {@return the scheduler of a coroutine that is made here} */
    CoroutineScheduler scheduler() {
        if (scheduler != null) return scheduler;
        CoroutineTask<?> here = CoroutineTask.ofThread();
        return here == null ? Host.get().configured().scheduler() : here.scheduler();
    }

    /** Chooses the current event loop. What a coroutine on an event loop starts stays on that loop. */
    private static CoroutineScheduler schedulerOfLoop() {
        CoroutineTask<?> here = CoroutineTask.ofThread();
        if (here != null && here.scheduler().enterLoop() != null) return here.scheduler();
        EventLoop loop = here == null ? EventLoop.current() : null;
        if (loop == null) return ON_VIRTUAL_THREADS.scheduler();
        Executor executor = loop.executor();
        return executor == null
                ? CoroutineScheduler.virtual(SchedulePoint::thread, loop::enter)
                : CoroutineScheduler.on(LOOP, executor, loop::enter);
    }

    private static void require(String word) {
        String missing = missing();
        if (missing != null) throw new IllegalStateException(word + " " + missing);
    }
}
