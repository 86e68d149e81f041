package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import dev.weft.spi.VirtualTime;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An owner for work that outlives the code that starts it, such as mail after a response, a poller, or the refresh of a
 * cache. Any thread may start a member, also an event loop or a coroutine that is cancelled; whatever becomes of the
 * code that has started it, the member goes on until it ends by itself or the supervisor is closed. The failure of one
 * member does not cancel the others.
 *
 * <p>A member is a coroutine of its own. It has the context and the thread-locals of the code that starts it, as
 * {@link Async#async} gives them, so that mail after a response still has the trace id of its request; it runs where
 * that code does, unless it has a dispatcher. Its delays and timeouts are on the clock of the backend that was selected
 * where the supervisor was opened.
 *
 * <p>Each failure of a member goes to the handler, once, whether or not somebody awaits the member. The handler is
 * called before anybody else sees the end of the member, on its thread, with its context in the thread-locals; it must be
 * quick. What it throws goes to the dropped-error hook. To be cancelled is no failure.
 *
 * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="supervisor"}
 *
 * <p>Memory consistency effects: what a thread did before it started a member <i>happens-before</i> the member's body,
 * and what a member did that has ended happens-before {@link #close} returns.
 *
 * @apiNote For the life of an application or of one of its components. What belongs to one request is a
 *     {@link TaskGroup}, which waits for it.
 * @since 0.1
 */
public final class Supervisor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final Backend backend;
    private final Duration limit;

    /** Null for the dropped-error hook. */
    private final @Nullable BiConsumer<? super String, ? super Throwable> onFailure;

    /** The members that have not ended, in the order of their start; its monitor guards {@code closed} too. */
    private final Set<MemberTask<?>> alive = new LinkedHashSet<>();

    private boolean closed;

    /** Completed when it is closed and no member is left. */
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    Supervisor(
            String name,
            Backend backend,
            Duration limit,
            @Nullable BiConsumer<? super String, ? super Throwable> onFailure) {
        this.name = Objects.requireNonNull(name, "name");
        this.backend = backend;
        this.limit = Objects.requireNonNull(limit, "limit");
        this.onFailure = onFailure;
    }

    /**
     * {@return an open supervisor whose members' failures go to the dropped-error hook; {@link #close} waits for 10 s}
     *
     * @param name its name, for reasons and warnings
     * @throws BackendException if configuration decides about the backend and is wrong
     */
    public static Supervisor open(String name) {
        return new Supervisor(name, Async.backend(), LIMIT, null);
    }

    /**
     * {@return an open supervisor; {@link #close} waits for 10 s}
     *
     * @param name its name, for reasons and warnings
     * @param onFailure what receives the failures of members, with the name of the member
     * @throws BackendException if configuration decides about the backend and is wrong
     */
    public static Supervisor open(String name, BiConsumer<? super String, ? super Throwable> onFailure) {
        return open(name, LIMIT, onFailure);
    }

    /**
     * {@return an open supervisor}
     *
     * @param name its name, for reasons and warnings
     * @param limit how long {@link #close} waits for members that do not end
     * @param onFailure what receives the failures of members, with the name of the member
     * @throws BackendException if configuration decides about the backend and is wrong
     */
    public static Supervisor open(
            String name, Duration limit, BiConsumer<? super String, ? super Throwable> onFailure) {
        Objects.requireNonNull(onFailure, "onFailure");
        return new Supervisor(name, Async.backend(), limit, onFailure);
    }

    /**
     * Starts a member without a result. It never waits, and is no suspension point.
     *
     * @param name its name, for its threads and the handler
     * @param body what it does
     * @return its handle
     * @throws IllegalStateException if the supervisor is closed; the member is not started then
     */
    public Deferred<@Nullable Void> launch(String name, AsyncAction<?> body) {
        CoroutineOptions options = CoroutineOptions.NONE.named(name);
        return start(new Coroutine<@Nullable Void>(Async.asCallable(body), options), name);
    }

    /**
     * Starts a member with a result, with the name and the dispatcher of a coroutine. It never waits, and is no
     * suspension point.
     *
     * @param coroutine what it does
     * @return its handle
     * @throws IllegalStateException if the supervisor is closed; the member is not started then
     */
    public <T extends @Nullable Object> Deferred<T> start(Coroutine<T> coroutine) {
        return start(Objects.requireNonNull(coroutine, "coroutine"), null);
    }

    /** Does {@link #close(Duration)} with the limit that the supervisor was opened with. */
    @Override
    public void close() {
        close(limit);
    }

    /**
     * Cancels all members, with that as the reason, and waits until they have ended; from now on nothing more is
     * started. If some have not ended when the limit is over, a warning names them, with their stacks, and this
     * returns; they run on, and what they throw later still goes to the handler. Neither cancellation nor an interrupt
     * ends the wait; the flag is kept. If it was closed before, this only waits, but not for those that were left then.
     *
     * @param limit for how long, on the clock of the backend; zero or less means not at all, more than 292 years means
     *     forever
     * @throws IllegalStateException in a member, or in what it has started, since that would wait for itself; on a
     *     thread that must not block. The supervisor stays open then
     */
    public void close(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        requireOutside();
        Backends.requireMayBlock("close");
        for (MemberTask<?> member : closing()) member.cancelBecause("the supervisor " + name + " was closed");
        join(limit);
        leaveBehind(limit);
    }

    private <T extends @Nullable Object> Deferred<T> start(Coroutine<T> coroutine, @Nullable String as) {
        var member = new SupervisedTask<T>(coroutine, as);
        member.handle.whenDone(() -> ended(member));
        SchedulePoint.pass();
        synchronized (alive) {
            if (closed)
                throw new IllegalStateException("the supervisor " + name + " is closed and starts nothing more");
            alive.add(member);
        }
        SchedulePoint.pass();
        member.start();
        VirtualTime.followBeside(member);
        return member.handle;
    }

    /** The end of a member, on its thread; if it could not be started, on the thread that tried. */
    private void ended(MemberTask<?> member) {
        if (member.unobservedFailure() != null) member.handle.observe(); // the handler has had it
        SchedulePoint.pass();
        synchronized (alive) {
            alive.remove(member);
            if (!closed || !alive.isEmpty()) return;
        }
        ended.complete(null);
    }

    private void requireOutside() {
        synchronized (alive) {
            for (Scope s = CoroutineTask.ofThread(); s != null; s = s.parent())
                if (s instanceof MemberTask<?> member && alive.contains(member))
                    throw new IllegalStateException("a member of the supervisor " + name
                            + " would wait for itself: close the supervisor outside of its members");
        }
    }

    /** From here on nothing is started. {@return the members that are left} */
    private List<MemberTask<?>> closing() {
        SchedulePoint.pass();
        List<MemberTask<?>> left;
        synchronized (alive) {
            closed = true;
            left = List.copyOf(alive);
        }
        if (left.isEmpty()) ended.complete(null);
        return left;
    }

    /** Waits in a shield. A plain thread that is interrupted before that is entered waits again. */
    private void join(Duration limit) {
        var waited = new AtomicBoolean();
        boolean interrupted = false;
        while (!waited.get()) {
            if (Scope.current() == null) interrupted |= Thread.interrupted();
            try {
                Async.withBackend(
                        backend,
                        () -> Async.shielded(() -> {
                            Async.withTimeoutOrNull(limit, () -> Async.await(ended));
                            waited.set(true);
                        }));
            } catch (CancelledException interruptedMeanwhile) {
                interrupted = true;
            } catch (RuntimeException noTimer) { // the scheduler of the library is shut down already
                Reports.drop(backend, null, noTimer);
                ended.copy()
                        .completeOnTimeout(null, Async.nanos(limit), TimeUnit.NANOSECONDS)
                        .join();
                waited.set(true);
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void leaveBehind(Duration limit) {
        List<MemberTask<?>> left;
        synchronized (alive) {
            left = List.copyOf(alive);
            alive.clear();
        }
        if (left.isEmpty()) return;
        ended.complete(null);
        for (int i = 0; i < left.size(); i++) EngineCounter.LEFT_BEHIND.increment();
        LOG.log(
                Level.WARNING,
                () -> "The supervisor " + name + " was closed, and these members have not ended within " + limit + ": "
                        + left.stream().map(MemberTask::describe).collect(Collectors.joining(", ")));
    }

    /** A member, whose failure the handler has received before anybody else sees its end. */
    private final class SupervisedTask<T extends @Nullable Object> extends MemberTask<T> {
        private final @Nullable String as;

        SupervisedTask(Coroutine<T> coroutine, @Nullable String as) {
            super(null, backend, Cached.apart(Async.context()), coroutine.options(), coroutine.body());
            this.as = as;
        }

        @Override
        protected void failed(Throwable failure) {
            tell(failure);
            super.failed(failure);
        }

        @Override
        protected void cancelled(@Nullable Throwable failure) {
            if (failure != null) tell(failure);
            super.cancelled(failure);
        }

        private void tell(Throwable failure) {
            if (onFailure == null) {
                drop(failure);
                return;
            }
            try {
                String who = as == null ? title() : as;
                Runnable call = Host.get().bound(context(), () -> onFailure.accept(who, failure));
                backend.propagate(context(), call).run();
            } catch (Throwable fromHandler) {
                drop(fromHandler);
            }
        }
    }
}
