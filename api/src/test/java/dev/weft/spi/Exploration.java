package dev.weft.spi;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.util.Objects;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;

/**
 * How far the model checker goes: through 8 scenarios of a model under 200 schedules each, or through 200 schedules of a race,
 * those with few switches between threads first. {@code -Dweft.lincheck.schedules} says another number.
 *
 * <p>For it, a thread that is parked may always go on: it finds a state that is never reached, but not that nobody unparks.
 */
final class Exploration {
    private static final int SCENARIOS = 8;
    private static final int SCHEDULES = Integer.getInteger("weft.lincheck.schedules", 200);

    private static Runnable race = () -> {};
    private static volatile @Nullable Throwable failure;
    private static volatile @Nullable Object escaped;
    private static volatile int place;

    private Exploration() {}

    /** Looks for operations, on this many threads, with results that no sequential order of the specification gives. */
    static void scenarios(int threads, Class<?> model, Class<?> specification) {
        options(threads, specification)
                .iterations(SCENARIOS)
                .actorsPerThread(threads == 2 ? 5 : 3)
                .check(model);
    }

    /**
     * Looks for a schedule under which a race throws, leaves a thread with its interrupt flag set, or lets a thread
     * wait forever. Coroutines live on platform threads meanwhile: the model checker knows no others.
     */
    static void schedules(Runnable threads) {
        SchedulePoint.simulate(Exploration::thread);
        race = threads;
        new Race().run(); // loads the classes
        options(1, Nothing.class)
                .iterations(1)
                .actorsPerThread(1)
                .minimizeFailedScenario(false)
                .check(Race.class);
    }

    private static ModelCheckingOptions options(int threads, Class<?> specification) {
        return new ModelCheckingOptions()
                .invocationsPerIteration(SCHEDULES)
                .threads(threads)
                .actorsBefore(0)
                .actorsAfter(0)
                .addGuarantee(
                        forClasses(Exploration::isNoSharedState).allMethods().ignore())
                .sequentialSpecification(specification);
    }

    /** Collections belong to one thread or are locked, and the code around the engine has no races. */
    private static boolean isNoSharedState(String name) {
        return name.startsWith("java.util.") && !name.startsWith("java.util.concurrent.")
                || name.startsWith("dev.weft.") && !name.startsWith("dev.weft.spi.")
                || name.equals("dev.weft.spi.Fates")
                || name.equals("dev.weft.spi.Reports")
                || name.equals("dev.weft.spi.SchedulePoint");
    }

    /** A race as the one operation of a model, whose threads are its own. */
    public static final class Race {
        @Operation
        public void run() {
            failure = null;
            race.run();
            if (failure != null) throw new AssertionError(failure);
        }
    }

    /** What it is to look like. */
    public static final class Nothing {
        public void run() {}
    }

    private static Thread thread(String name, Runnable body) {
        return new Thread(
                () -> {
                    try {
                        body.run();
                        check(!Thread.currentThread().isInterrupted(), "an interrupt is left");
                    } catch (Throwable thrown) {
                        failure = thrown;
                    }
                },
                name);
    }

    /** Runs the first here and each of the others on a thread of its own; waits for all. */
    static void together(Runnable here, Runnable... others) {
        Thread[] threads = new Thread[others.length];
        for (int i = 0; i < threads.length; i++) (threads[i] = thread("beside", others[i])).start();
        here.run();
        for (Thread thread : threads) join(thread);
    }

    /** Starts the coroutine and runs each of the others on a thread of its own; waits for all. */
    static void together(CoroutineTask<?> task, Runnable... others) {
        task.start();
        together(() -> {}, others);
        join(Objects.requireNonNull(task.thread()));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException foreign) {
            throw new AssertionError(foreign);
        }
    }

    /** The model checker does not see what lambdas capture: says that others may use this object too, and what it refers to. */
    static <T> T shared(T object) {
        escaped = object;
        return object;
    }

    /** A place where the others may go on. */
    static void pause() {
        check(place == 0, "nobody writes this");
    }

    /** An assertion that costs no schedules, and counts also where what it throws is caught, such as in a coroutine. */
    static void check(boolean holds, String otherwise) {
        if (holds) return;
        var broken = new AssertionError(otherwise);
        failure = broken;
        throw broken;
    }
}
