package dev.weft.spi;

import dev.weft.scheduling.CoroutineScheduler;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a builder says of its coroutines beside what they do. It goes from the builder to the task as a parameter, so that no
 * operator or wrapper in between can lose it.
 *
 * <p>A coroutine runs where its options say, else where the coroutine does that makes it, else where it is configured; so its children
 * run where it does.
 *
 * @since 0.1
 */
public final class CoroutineOptions {
    private static final String EXECUTOR = "Dispatcher.on(executor)";
    private static final String LOOP = "Dispatcher.eventLoop()";

    /** Nothing is said. */
    public static final CoroutineOptions NONE = new CoroutineOptions(null, null, false);

    /** For what belongs to nobody who is there when it starts. */
    public static final CoroutineOptions AFRESH = new CoroutineOptions(null, null, true);

    private static final CoroutineOptions ON_VIRTUAL_THREADS =
            NONE.on(CoroutineScheduler.virtual(SchedulePoint::thread, null));
    private static final CoroutineOptions ON_EVENT_LOOP =
            NONE.on(CoroutineScheduler.chosenAtStart(CoroutineOptions::schedulerOfLoop));

    private final @Nullable String name;
    private final @Nullable CoroutineScheduler scheduler;
    private final boolean afresh;

    private CoroutineOptions(@Nullable String name, @Nullable CoroutineScheduler scheduler, boolean afresh) {
        this.name = name;
        this.scheduler = scheduler;
        this.afresh = afresh;
    }

    /** {@return options that only say: with the scheduler of the JDK} */
    public static CoroutineOptions onVirtualThreads() {
        return ON_VIRTUAL_THREADS;
    }

    /**
     * {@return options that only say: on the threads of an executor}
     *
     * @param executor what runs each step of a coroutine, on platform threads
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static CoroutineOptions onExecutor(Executor executor) {
        Objects.requireNonNull(executor, "executor");
        require(EXECUTOR);
        return NONE.on(CoroutineScheduler.on(EXECUTOR, executor, null));
    }

    /**
     * {@return options that only say: on the event loop of the thread that starts the coroutine, as {@link EventLoops} know it; with the
     * scheduler of the JDK where there is none}
     *
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static CoroutineOptions onEventLoop() {
        require(LOOP);
        return ON_EVENT_LOOP;
    }

    /**
     * {@return options that only say: on a worker that is taken for each coroutine, and given back when it has ended}
     *
     * @param word what the user has called, for errors
     * @param workers gives the worker of one coroutine, on the thread that starts it; what it throws is the coroutine's failure
     * @throws IllegalStateException if something is {@link #missing}
     */
    public static CoroutineOptions onWorkers(String word, Supplier<? extends Worker> workers) {
        Objects.requireNonNull(workers, "workers");
        require(word);
        return NONE.on(CoroutineScheduler.<Worker>workers(word, workers));
    }

    /** {@return what this JVM lacks for all but {@link #onVirtualThreads}, and what to do about it; null if it has all} */
    public static @Nullable String missing() {
        return CoroutineScheduler.missing();
    }

    /** {@return these with another name of the threads} */
    public CoroutineOptions named(String name) {
        return new CoroutineOptions(Objects.requireNonNull(name, "name"), scheduler, afresh);
    }

    /**
     * {@return these, to run where others say}
     *
     * @param place what says where; its name is not taken over
     * @throws IllegalArgumentException if the others do not say where
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
        return new CoroutineOptions(name, other, afresh);
    }

    /** {@return the name of the threads, or null for numbered ones} */
    @Nullable
    String name() {
        return name;
    }

    /** {@return whether they begin with what their context has, and with nothing of the thread or code that starts them} */
    boolean afresh() {
        return afresh;
    }

    /** {@return what schedules a coroutine that is made here} */
    CoroutineScheduler scheduler() {
        if (scheduler != null) return scheduler;
        CoroutineTask<?> here = CoroutineTask.ofThread();
        return here == null ? Host.get().configured().scheduler() : here.scheduler();
    }

    /** What a coroutine on an event loop starts stays on that. */
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
