package dev.weft.test;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.Coroutines;
import dev.weft.spi.Cancellation;
import dev.weft.spi.Living;
import dev.weft.spi.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What a test leaves over, and where that was made. */
final class Remains implements CoroutineListener {
    private static final int SHOWN = 5;

    private final Stillness stillness;
    private final Workers workers;

    /** The coroutines that run, by their threads, with where they were started. */
    private final Map<Thread, List<StackTraceElement>> started = new ConcurrentHashMap<>();

    /** What else was found, in a line each. */
    private final List<String> noted = new CopyOnWriteArrayList<>();

    Remains(Stillness stillness, Workers workers) {
        this.stillness = stillness;
        this.workers = workers;
    }

    @Override
    public void started(CoroutineInfo coroutine) {
        Thread thread = coroutine.thread();
        if (thread != null) started.put(thread, Origin.here());
    }

    @Override
    public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
        Thread thread = coroutine.thread();
        if (thread != null) started.remove(thread);
    }

    /** To be called by the body when it is done: its loops are closed next. */
    void noteOpenLoop() {
        Scope scope = Scope.current();
        String source = scope == null ? null : scope.openLoop();
        if (source != null)
            noted.add(
                    "a loop over " + source + ", which the body has left open: open it in try (var values = each(…))");
    }

    /**
     * {@return the error that names what is left, or null if nothing is}
     *
     * @param tasks the tasks of libraries that have not run
     * @param subscriptions what is left of subscriptions
     */
    @Nullable
    AssertionError left(List<TestClock.Task> tasks, List<String> subscriptions) {
        List<String> found = new ArrayList<>(noted);
        found.addAll(subscriptions);
        stillness.each(living -> found.add(line(living)));
        for (TestClock.Task task : tasks)
            found.add("a task of a library's scheduler, due at " + Words.of(Duration.ofNanos(task.due)) + "; made"
                    + Origin.lines(task.made));
        for (Workers.Worker worker : workers.busy())
            found.add("a task of a library's scheduler that runs"
                    + Origin.lines(Arrays.asList(worker.thread().getStackTrace())));
        if (found.isEmpty()) return null;
        cancel("the test is over");
        int hidden = Math.max(0, found.size() - SHOWN);
        return new AssertionError("the test is over, but this is left of it:\n- "
                + String.join("\n- ", found.subList(0, found.size() - hidden))
                + (hidden == 0 ? "" : "\n- and " + hidden + " more"));
    }

    private String line(Living living) {
        Thread thread = living.subject().thread();
        String waits = living.waitsFor();
        List<StackTraceElement> where = living.frames();
        List<StackTraceElement> made = thread == null ? List.of() : started.getOrDefault(thread, List.of());
        return (thread == null ? "a source without a thread: " : "a coroutine: ")
                + living.subject().title()
                + (waits == null ? "" : ", which waits for: " + waits)
                + Origin.lines(where.subList(0, Math.min(SHOWN, where.size())))
                + (made.isEmpty() ? "" : "\n  started" + Origin.lines(made));
    }

    /** {@return all that is alive, for the error of a test that does not go on} */
    String describe() {
        var text = new StringBuilder(Coroutines.dump().toString());
        for (Workers.Worker worker : workers.busy())
            text.append("A task of a library's scheduler")
                    .append(Origin.lines(Arrays.asList(worker.thread().getStackTrace())))
                    .append('\n');
        return text.toString();
    }

    /** Cancels all coroutines of the test that no other owns, and interrupts tasks. */
    void cancel(String why) {
        stillness.each(living -> {
            if (!living.isOwned() && living.subject() instanceof Scope root)
                root.cancel(Cancellation.Reason.REQUESTED, why, null);
        });
        for (Workers.Worker worker : workers.busy()) worker.thread().interrupt();
    }
}
