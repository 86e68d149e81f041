package dev.weft.tck;

import dev.weft.Hooks;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.IterationCell;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.opentest4j.TestAbortedException;

/**
 * The base of a chapter's rules: a backend, its sources, the log of its hooks, and methods to run and to require
 * things. Each rule has an instance of its own, inside an instance of the author's class.
 */
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
@TestMethodOrder(MethodOrderer.MethodName.class)
abstract class Fixture {
    final BackendContract contract;

    Backend backend;
    Sources sources;
    Patience patience;
    HookLog hooks;

    private Hooks.@Nullable Handle watch;
    private final List<SubjectTask> subjects = new CopyOnWriteArrayList<>();

    Fixture(BackendContract contract) {
        this.contract = contract;
    }

    @BeforeEach
    void openTheKit() {
        backend = contract.backend();
        sources = contract.sources();
        patience = new Patience(contract.patience());
        hooks = new HookLog();
        watch = contract.watch(hooks::accept);
    }

    /** Also called for a rule that the author's class skipped before the kit was opened. */
    @AfterEach
    void closeTheKit() {
        if (watch != null) watch.close();
        subjects.forEach(SubjectTask::cancel);
    }

    // --- running

    /** Starts a coroutine. */
    SubjectTask coroutine(Callable<? extends @Nullable Object> body) {
        SubjectTask subject = SubjectTask.start(backend, patience, body);
        subjects.add(subject);
        return subject;
    }

    /** Awaits a source in a coroutine of its own. */
    SubjectTask awaiting(Object source, AwaitMode take) {
        return coroutine(() -> backend.one(source, take).await());
    }

    /** Awaits a source in a coroutine that is already waiting when this returns. */
    SubjectTask waiting(Later later, AwaitMode take) {
        SubjectTask subject = awaiting(later.source(), take);
        patience.until("the source was not subscribed to", () -> later.subscriptions() > 0);
        return subject.parked();
    }

    /** Cancels the current coroutine; for use in its body. */
    static void cancelSelf() {
        Objects.requireNonNull(CoroutineTask.current()).cancel(Cancellation.Reason.REQUESTED, null, null);
    }

    /** Makes a call on a platform thread of its own, as a source does; the call must return. */
    void signal(Runnable call) {
        patience.run(Thread.ofPlatform(), "the signalling thread did not come back from the signal", call);
    }

    /** Opens an iteration on the current thread. */
    IterationCell<Object> open(Object source, int prefetch) {
        IterationCell<Object> cell = backend.many(source, prefetch);
        cell.open();
        return cell;
    }

    @SuppressWarnings("unchecked")
    void subscribe(Object source, Recorder recorder) {
        ((Flow.Publisher<Object>) sources.publisher(source)).subscribe(recorder);
    }

    /** Subscribes and requests everything. */
    Recorder listen(Object source) {
        Recorder recorder = Recorder.eager(patience);
        subscribe(source, recorder);
        return recorder;
    }

    static boolean isOver(@Nullable Thread thread) {
        return thread != null && thread.getState() == Thread.State.TERMINATED;
    }

    static boolean isAtRest(@Nullable Thread thread) {
        return isOver(thread) || thread != null && thread.getState() == Thread.State.WAITING;
    }

    // --- skipping

    static <T> T need(@Nullable T source, String name) {
        if (source == null) throw new TestAbortedException("no source \"" + name + "\" is supplied");
        return source;
    }

    Object succeeded(Object value) {
        return need(sources.succeeded(value), "succeeded");
    }

    Object failed(Throwable failure) {
        return need(sources.failed(failure), "failed");
    }

    Later later() {
        return need(sources.later(), "later");
    }

    /** A source that an await cancels, unlike one that only stands for something that runs anyway. */
    Later coldLater() {
        needCold();
        return later();
    }

    Object many(Object... values) {
        return need(sources.many(List.of(values)), "many");
    }

    Later laterMany() {
        return need(sources.laterMany(), "laterMany");
    }

    Object infinite() {
        return need(sources.infinite(), "infinite");
    }

    Object misbehaving(Script script) {
        return need(sources.misbehaving(script), "misbehaving");
    }

    Class<?> manyType() {
        Class<?> type = sources.many();
        if (type == null) throw new TestAbortedException("no type for many values is supplied");
        return type;
    }

    void needCold() {
        if (!sources.isCold())
            throw new TestAbortedException(sources.one().getSimpleName() + " is not cold: an await leaves it alone");
    }

    // --- requiring

    static void require(boolean condition, String otherwise) {
        if (!condition) throw new AssertionError(otherwise);
    }

    /** Requires that a body ended well; fails with what the body itself required. */
    static void requireNoFailure(SubjectTask subject) {
        subject.ended().rethrow();
    }

    static void requireSame(@Nullable Object expected, @Nullable Object actual, String what) {
        require(expected == actual, what + " must be " + expected + " itself, but is " + actual);
    }

    static void requireEqual(Object expected, @Nullable Object actual, String what) {
        require(expected.equals(actual), what + " must be " + expected + ", but is " + actual);
    }

    static <X extends Throwable> X requireThrown(Class<X> type, Throwable thrown, String what) {
        if (!type.isInstance(thrown))
            throw new AssertionError(what + " must be a " + type.getSimpleName() + ", but is " + thrown, thrown);
        return Objects.requireNonNull(type.cast(thrown));
    }

    static void requireCancelledOnce(int cancellations, String when) {
        require(cancellations > 0, "the source was not cancelled " + when);
        require(cancellations == 1, "the source was cancelled " + cancellations + " times " + when);
    }
}
