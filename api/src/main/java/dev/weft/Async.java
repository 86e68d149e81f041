package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.Detachable;
import dev.weft.spi.DiscardHook;
import dev.weft.spi.Failures;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import dev.weft.spi.WaitKind;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The verbs of await-style code, for {@code import static dev.weft.Async.*}.
 *
 * <p>Methods that wait are <em>suspension points</em>: they park the current virtual thread and continue on it. Inside
 * a coroutine, each begins with a check, before it has any effect, and throws {@link CancelledException} if the
 * innermost scope is cancelled. An interrupt from outside makes it throw too, and the coroutine fails. On a plain
 * thread they block, and an interrupt ends them with {@link CancelledException} and the flag still set; on a thread
 * that must not block (an event loop, Reactor's {@code parallel()}) they throw {@link IllegalStateException} at once.
 *
 * <p>Methods that open a scope ({@link #withTimeout}, {@link #group}, {@link #gather}, …) run it on the current thread inside a coroutine;
 * elsewhere they behave as if wrapped in {@link #run}.
 *
 * <p>An unchecked exception or {@link Error} of awaited code is thrown as the same instance. A checked exception is
 * thrown inside {@link AwaitException}, or as itself where its class is named: by {@link #throwing}, or as the second
 * argument of {@code await}. Arguments must not be null.
 *
 * <p>Many verbs have two forms: for a body with a result, and for one without. A lambda selects the form. A reference
 * to an overloaded method fits both; write it as a lambda.
 *
 * <p>The members, in this order:
 *
 * <ul>
 *   <li>await: {@link #await(Awaitable) await}, {@link #awaitable}, {@link #throwing}
 *   <li>run and start: {@link #run}, {@link #runMain}, {@link #async}, {@link #coroutine}
 *   <li>several at once: {@link #group}, {@link #gather}, {@link #gatherSettled}, {@link #race}, {@link #mapConcurrent}
 *   <li>time: {@link #delay}, {@link #withTimeout}, {@link #resetTimeout}, {@link #remainingTime}, {@link #retry}
 *   <li>cancellation: {@link #checkpoint}, {@link #rethrowCancellation}, {@link #shielded}, {@link #withoutInterrupts}
 *   <li>streams: {@link #stream}, {@link #each}
 *   <li>callbacks and futures: {@link #awaitCallback}, {@link #awaitFuture}, {@link #owned}
 *   <li>resources and discarded values: {@link #using}, {@link #withDiscard}
 *   <li>context and backend: {@link #context}, {@link #withContext}, {@link #backend}, {@link #withBackend}
 * </ul>
 *
 * <p>Memory consistency effects: what a thread did before it started a coroutine <i>happens-before</i> the coroutine's
 * body. What the body did happens-before an await of its handle returns, and before the scope in which it was started
 * is left. What a thread did before it completed a stage or emitted a value happens-before the await of that stage or
 * source returns or throws.
 *
 * @apiNote Which one: {@link #run} at an entry point, such as {@code main}, a test or a handler on a virtual thread;
 *     {@link #async} for what runs concurrently with the current code; {@link #coroutine} for what is started later,
 *     elsewhere or several times; {@link #group} where the first failure must end the rest. An adapter's builders, such
 *     as {@code mono} or {@code single}, make what a library subscribes to.
 * @since 0.1
 */
public final class Async {
    static final int PREFETCH = 32;

    private Async() {}

    // --- await

    /**
     * Waits for a result.
     *
     * @param awaitable what to wait for
     * @return its result
     * @throws AwaitException if it failed with a checked exception
     */
    public static <T extends @Nullable Object> T await(Awaitable<T> awaitable) {
        Objects.requireNonNull(awaitable, "awaitable");
        if (!isOurs(awaitable)) checkpoint();
        return awaitable.await();
    }

    /**
     * Waits for a result, and throws the named checked exception as itself.
     *
     * @param awaitable what to wait for
     * @param type the checked exception
     * @return its result
     * @throws X if it failed with that
     */
    public static <T extends @Nullable Object, X extends Exception> T await(Awaitable<T> awaitable, Class<X> type)
            throws X {
        return throwing(type, () -> await(awaitable));
    }

    /**
     * Waits for a stage. The stage may be shared: cancelling the wait affects neither the stage nor its value. For a
     * stage that nobody else uses, see {@link #owned}.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="await"}
     *
     * @param stage what to wait for
     * @return its result, which may be null
     * @throws AwaitException if it failed with a checked exception; a {@link java.util.concurrent.CompletionException}
     *     around the failure is removed. A stage that was cancelled fails with its own
     *     {@link java.util.concurrent.CancellationException}
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage");
        if (stage.getClass() == CompletableFuture.class && ((CompletableFuture<T>) stage).isDone())
            return ready((CompletableFuture<T>) stage);
        return cast(new StageAwait<>(stage, backend()).await());
    }

    /**
     * Waits for a stage, and throws the named checked exception as itself.
     *
     * @param stage what to wait for
     * @param type the checked exception
     * @return its result
     * @throws X if it failed with that
     */
    public static <T extends @Nullable Object, X extends Exception> T await(CompletionStage<T> stage, Class<X> type)
            throws X {
        Objects.requireNonNull(stage, "stage");
        return throwing(type, () -> await(stage));
    }

    /**
     * {@return something awaitable from a source of any installed backend, or of the one that {@link #withBackend} has selected: a
     * {@link CompletionStage}, a Mono, a Single, …; it gives the source's one value, or null if there is none; a second value is a
     * {@link TooManyValuesException}}
     *
     * @param source the source
     * @throws BackendException if no backend understands its type
     */
    public static <T extends @Nullable Object> Awaitable<T> awaitable(Object source) {
        Objects.requireNonNull(source, "source");
        return new Backends.NativeAwaitable<>(source, Backends.of(source.getClass()));
    }

    /**
     * Runs a body whose awaits may fail with a checked exception, and throws that as itself instead of inside
     * {@link AwaitException}. The body runs on the current thread, at once; no scope is opened.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="throwing"}
     *
     * @apiNote For a single {@code await}, {@link #await(Awaitable, Class)} is shorter. To name two classes, nest the
     *     calls: {@code throwing(IOException.class, () -> throwing(SQLException.class, () -> …))}.
     * @param type the checked exception
     * @param body what to run
     * @return its result
     * @throws X if something that the body awaited failed with that, the same instance; other checked failures stay inside
     *     {@link AwaitException}
     * @throws Y what the body threw itself
     */
    public static <T extends @Nullable Object, X extends Exception, Y extends Exception> T throwing(
            Class<X> type, AsyncBody<T, Y> body) throws X, Y {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(body, "body");
        try {
            return body.run();
        } catch (AwaitException carrier) {
            Throwable failure = carrier.getCause();
            if (type.isInstance(failure)) throw type.cast(failure);
            throw carrier;
        }
    }

    /**
     * Runs a body without a result whose awaits may fail with a checked exception, and throws that as itself.
     *
     * @param type the checked exception
     * @param body what to run
     * @throws X if something that the body awaited failed with that
     * @throws Y what the body threw itself
     * @see #throwing(Class, AsyncBody)
     */
    public static <X extends Exception, Y extends Exception> void throwing(Class<X> type, AsyncAction<Y> body)
            throws X, Y {
        throwing(type, asBody(body));
    }

    // --- run and start

    /**
     * Runs a body in a new coroutine, and waits for it and everything that it started; inside a coroutine, runs it as a
     * nested scope on the same thread.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="run"}
     *
     * @apiNote In a class that has a method {@code run} of its own, such as a {@link Runnable}, write {@link #runBlocking(AsyncBody)}: the
     *     inherited name hides the imported one there.
     * @param body what to run
     * @return its result, even if the caller was interrupted, but too late
     * @throws X what the body threw, the same instance
     * @throws CancelledException if the caller was interrupted: the coroutine was cancelled and has ended, the flag is set
     * @throws IllegalStateException on a thread that must not block
     */
    public static <T extends @Nullable Object, X extends Exception> T run(AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        return inScope("run", scope -> {
            scope.checkpoint();
            return new Scope(scope, scope.backend(), scope.context(), false).call(body::run);
        });
    }

    /**
     * Runs a body without a result.
     *
     * @param body what to run
     * @throws X what the body threw
     * @see #run(AsyncBody)
     */
    public static <X extends Exception> void run(AsyncAction<X> body) throws X {
        run(asBody(body));
    }

    /**
     * Runs a body on a dispatcher, and waits for it and everything that it started: inside a coroutine as a member of
     * it, elsewhere as a root. The caller continues where it ran before.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="runOn"}
     *
     * @apiNote For a part of a coroutine that must be confined to one thread, or must leave one.
     * @param dispatcher where the body runs
     * @param body what to run, with the context of this code
     * @return its result; if the current coroutine is cancelled meanwhile, the body is too, and its result is discarded
     * @throws X what the body threw, the same instance
     * @throws CancelledException if the current coroutine is cancelled or the caller was interrupted; the body has
     *     ended then
     * @throws IllegalStateException on a thread that must not block
     */
    public static <T extends @Nullable Object, X extends Exception> T run(Dispatcher dispatcher, AsyncBody<T, X> body)
            throws X {
        CoroutineOptions options = CoroutineOptions.NONE.on(Dispatcher.optionsOf(dispatcher));
        Objects.requireNonNull(body, "body");
        Scope scope = Scope.current();
        if (scope == null) return sneaking(() -> RunTask.run("run", backend(), options, body::run));
        return sneaking(() -> {
            scope.checkpoint();
            return new DispatchedScope<T>(scope, body::run).on(options);
        });
    }

    /**
     * Runs a body without a result on a dispatcher.
     *
     * @param dispatcher where the body runs
     * @param body what to run
     * @throws X what the body threw
     * @see #run(Dispatcher, AsyncBody)
     */
    public static <X extends Exception> void run(Dispatcher dispatcher, AsyncAction<X> body) throws X {
        run(dispatcher, asBody(body));
    }

    /**
     * Does the same as {@link #run(AsyncBody)}, for classes that have a method {@code run} of their own.
     *
     * @param body what to run
     * @return its result, even if the caller was interrupted, but too late
     * @throws X what the body threw, the same instance
     * @throws CancelledException if the caller was interrupted: the coroutine was cancelled and has ended, the flag is set
     * @throws IllegalStateException on a thread that must not block
     */
    public static <T extends @Nullable Object, X extends Exception> T runBlocking(AsyncBody<T, X> body) throws X {
        return run(body);
    }

    /**
     * Does the same as {@link #run(AsyncAction)}, for classes that have a method {@code run} of their own.
     *
     * @param body what to run
     * @throws X what the body threw
     * @see #runBlocking(AsyncBody)
     */
    public static <X extends Exception> void runBlocking(AsyncAction<X> body) throws X {
        run(body);
    }

    /**
     * Runs the body of a program's {@code main} in a coroutine, and ends it when the process is asked to end. It waits
     * for the body and everything that it started; SIGINT (Ctrl-C) or SIGTERM cancels them, with the name of the signal
     * as the reason.
     *
     * <ul>
     *   <li>If the body returns, so does this, and the process ends as that of any {@code main}.
     *   <li>If it fails, its stack trace is printed as that of the main thread, and the process exits with 1.
     *   <li>After a signal, clean-up is waited for, but at most 10 s; then the process exits with 130 for SIGINT and 143
     *       for SIGTERM, or with 1 if the clean-up failed. If it takes longer, a warning says where the body is.
     *   <li>A second signal ends the process at once.
     * </ul>
     *
     * {@snippet class="dev.weft.snippets.MainSnippets" region="runMain"}
     *
     * @implNote Signals need the module {@code jdk.unsupported}. In a JVM without it, a shutdown hook cancels the body and
     *     waits for it; a second signal changes nothing then, and code in the body that calls {@link System#exit} waits
     *     for itself until the time is over.
     * @param body what the program does
     * @throws IllegalStateException in a coroutine, and on a thread that must not block
     */
    public static void runMain(AsyncAction<?> body) {
        runMain(Duration.ofSeconds(10), body);
    }

    /**
     * Runs the body of a program's {@code main}, with another limit for the clean-up.
     *
     * @param limit for how long clean-up is waited for after a signal, on the wall clock
     * @param body what the program does
     * @throws IllegalStateException in a coroutine, and on a thread that must not block
     * @see #runMain(AsyncAction)
     */
    public static void runMain(Duration limit, AsyncAction<?> body) {
        Objects.requireNonNull(limit, "limit");
        Objects.requireNonNull(body, "body");
        if (CoroutineTask.ofThread() != null)
            throw new IllegalStateException("runMain is for main: write run(body) inside a coroutine");
        Backends.requireMayBlock("runMain");
        new MainRun(limit, body).run();
    }

    /**
     * Starts a member of the innermost scope, as a coroutine on a thread of its own; outside any coroutine, a root. The
     * scope is not left before the member has ended: if the scope's body fails, the member is cancelled; if the body
     * returns, the scope waits for the member. A failure is thrown where the handle is awaited, or else by the scope
     * when it is left; to fail fast, use {@link #group}. If nobody reads the failure of a root, it goes to the
     * dropped-error hook when the handle is garbage-collected.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="async"}
     *
     * @param body what the member does
     * @return its handle
     * @throws CancelledException if the current coroutine is cancelled; the member is not started then
     */
    public static <T extends @Nullable Object> Deferred<T> async(Callable<T> body) {
        return coroutine(body).start();
    }

    /**
     * Starts a member without a result.
     *
     * @param body what the member does
     * @return its handle
     * @see #async(Callable)
     */
    public static Deferred<@Nullable Void> async(AsyncAction<?> body) {
        return async(asCallable(body));
    }

    /**
     * {@return a cold coroutine: it runs each time it is awaited or started}
     *
     * @param body what it does
     */
    public static <T extends @Nullable Object> Coroutine<T> coroutine(Callable<T> body) {
        return new Coroutine<>(body, CoroutineOptions.NONE);
    }

    /**
     * {@return a cold coroutine without a result: it runs each time it is awaited or started}
     *
     * @param body what it does; awaiting it gives null
     * @see #coroutine(Callable)
     */
    public static Coroutine<@Nullable Void> coroutine(AsyncAction<?> body) {
        return coroutine(asCallable(body));
    }

    // --- several at once

    /**
     * Opens a group of members that end together, and runs a body that starts them. Returns when all have ended.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="group"}
     *
     * @apiNote For members that differ, or that start others. Where all are known and all results are needed,
     *     {@link #gather} is shorter; for many items of one kind, use {@link #mapConcurrent}; for all outcomes, failures
     *     included, {@link #gatherSettled}; for the first success, {@link #race}.
     *     <p>A lambda that fits both forms, because its body is a single call, only throws or never ends, selects this
     *     one. So a single call without a result needs braces, {@code group(members -> { startAll(members); })}; and an
     *     endless loop that {@link TaskGroup#cancel} is meant to end belongs in a member.
     * @param body starts members and may await them
     * @return its result
     * @throws X what the body threw, if that was the first failure; the rest is cancelled, later failures are suppressed in it
     * @throws AwaitException if the first failure was a member's checked exception; an unchecked one is thrown as itself
     * @throws CancelledException if {@link TaskGroup#cancel} ended the body
     */
    public static <T extends @Nullable Object, X extends Exception> T group(GroupBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        return inScope("group", scope -> {
            scope.checkpoint();
            return new GroupScope(scope).run(body);
        });
    }

    /**
     * Opens a group of members that end together. {@link TaskGroup#cancel} makes it return.
     *
     * @param body starts members and may await them
     * @throws X what the body threw
     * @see #group(GroupBody)
     */
    @SuppressWarnings("overloads") // GroupBody says which one a lambda that fits both selects
    public static <X extends Exception> void group(GroupAction<X> body) throws X {
        Objects.requireNonNull(body, "body");
        inScope("group", scope -> {
            scope.checkpoint();
            new GroupScope(scope).runToItsEnd(body);
            return null;
        });
    }

    /**
     * Waits for several results at once, in a group: the first failure cancels the rest.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="gather"}
     *
     * @param all what to wait for; coroutines are started, sources subscribed to
     * @return the results, in the order of the arguments; empty for none
     * @throws AwaitException if the first failure was checked; an unchecked one is thrown as itself
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<T> gather(Awaitable<? extends T>... all) {
        return gather(List.of(all));
    }

    /**
     * Waits for several results at once.
     *
     * @param all what to wait for
     * @return the results, in order
     * @see #gather(Awaitable[])
     */
    public static <T extends @Nullable Object> List<T> gather(Collection<? extends Awaitable<? extends T>> all) {
        return gather(Integer.MAX_VALUE, all);
    }

    /**
     * Waits for several results, with a limit on how many members run at a time.
     *
     * @param maxConcurrency how many at a time, at least 1
     * @param all what to wait for
     * @return the results, in order
     * @see #gather(Awaitable[])
     */
    public static <T extends @Nullable Object> List<T> gather(
            int maxConcurrency, Collection<? extends Awaitable<? extends T>> all) {
        List<Awaitable<? extends T>> sources = List.copyOf(all);
        try {
            return mapConcurrently("gather", sources, maxConcurrency, (group, source) -> start(group, source));
        } finally {
            Owned.abandon(sources);
        }
    }

    /**
     * Waits until all have ended, whatever their outcomes.
     *
     * @param all what to wait for
     * @return the outcomes, in order
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(Awaitable<? extends T>... all) {
        return gatherSettled(List.of(all));
    }

    /**
     * Waits until all have ended, whatever their outcomes.
     *
     * @param all what to wait for
     * @return the outcomes, in order
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(
            Collection<? extends Awaitable<? extends T>> all) {
        return gatherSettled(Integer.MAX_VALUE, all);
    }

    /**
     * Waits until all have ended, whatever their outcomes, with a limit on how many members run at a time.
     *
     * @param maxConcurrency how many at a time, at least 1
     * @param all what to wait for
     * @return the outcomes, in order
     */
    public static <T extends @Nullable Object> List<Outcome<T>> gatherSettled(
            int maxConcurrency, Collection<? extends Awaitable<? extends T>> all) {
        List<Awaitable<? extends T>> sources = List.copyOf(all);
        try {
            requirePositive(maxConcurrency);
            return inScope("gatherSettled", scope -> {
                scope.checkpoint();
                return new GatherScope(scope).<T>settled(sources, maxConcurrency);
            });
        } finally {
            Owned.abandon(sources);
        }
    }

    /**
     * Waits for the first success; the others are cancelled, and have ended when this returns. Their values are discarded. One that is
     * ready when it is started wins, and those after it are not started.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="race"}
     *
     * @param runners what to wait for, at least one
     * @return the first value
     * @throws IllegalArgumentException if there are none
     * @throws AwaitException if all failed, the first of them with a checked exception; an unchecked one is thrown as itself.
     *     The other failures are suppressed in it
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static <T extends @Nullable Object> T race(Awaitable<? extends T>... runners) {
        return race(List.of(runners));
    }

    /**
     * Waits for the first success.
     *
     * @param runners what to wait for, at least one
     * @return the first value
     * @see #race(Awaitable[])
     */
    public static <T extends @Nullable Object> T race(Collection<? extends Awaitable<? extends T>> runners) {
        List<Awaitable<? extends T>> all = List.copyOf(runners);
        if (all.isEmpty()) throw new IllegalArgumentException("race needs at least one runner");
        try {
            return inScope("race", scope -> {
                scope.checkpoint();
                return new RaceScope<T>(scope).run(all);
            });
        } finally {
            Owned.abandon(all);
        }
    }

    /**
     * Applies a function that may await to all items, several at a time.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="mapConcurrent"}
     *
     * @param items what to apply it to; each item is read when a place becomes free
     * @param maxConcurrency how many at a time, at least 1
     * @param function what to do, in a coroutine for each item
     * @return the results, in the order of the items
     * @throws AwaitException if the first failure was checked; an unchecked one is thrown as itself
     */
    public static <A, B extends @Nullable Object> List<B> mapConcurrent(
            Iterable<A> items, int maxConcurrency, AsyncFunction<? super A, ? extends B, ?> function) {
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(function, "function");
        return mapConcurrently(
                "mapConcurrently", items, maxConcurrency, (group, item) -> group.async(() -> function.apply(item)));
    }

    // --- time

    /**
     * Waits for some time on the clock of the backend.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="delay"}
     *
     * @param time how long; zero or less is only a checkpoint, more than 292 years is forever
     */
    public static void delay(Duration time) {
        long nanos = nanos(time);
        if (nanos <= 0) checkpoint();
        else new DelayAwait(nanos, backend()).await();
    }

    /**
     * Runs a body with a time limit, as a scope: when the time runs out, whatever the body waits for and has started is
     * cancelled.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="withTimeout"}
     *
     * @param limit how long; zero or less has expired already: the first suspension point throws. More than 292 years is no limit
     * @param body what to run
     * @return its result, even if the time ran out just before it returned, or it did not notice
     * @throws X what the body threw, unless that was the timeout's own cancellation
     * @throws TimeoutException if the time ran out and that ended the body, or what it started; then a result of the
     *     body is discarded. Foreign code that
     *     blocks is interrupted then, and the exception with which the body ends because of that is the cause
     */
    public static <T extends @Nullable Object, X extends Exception> T withTimeout(Duration limit, AsyncBody<T, X> body)
            throws X, TimeoutException {
        Objects.requireNonNull(limit, "limit");
        Objects.requireNonNull(body, "body");
        return inScope("withTimeout", scope -> {
            ShieldScope.noteTimeout(scope);
            return new TimeoutScope(scope, limit).run(body::run);
        });
    }

    /**
     * Runs a body without a result with a time limit.
     *
     * @param limit how long
     * @param body what to run
     * @throws X what the body threw
     * @throws TimeoutException if the time ran out
     * @see #withTimeout(Duration, AsyncBody)
     */
    public static <X extends Exception> void withTimeout(Duration limit, AsyncAction<X> body)
            throws X, TimeoutException {
        withTimeout(limit, asBody(body));
    }

    /**
     * Runs a body with a time limit.
     *
     * @param limit how long
     * @param body what to run
     * @return its result, or null if the time ran out
     * @throws X what the body threw
     * @see #withTimeout(Duration, AsyncBody)
     */
    public static <T extends @Nullable Object, X extends Exception> @Nullable T withTimeoutOrNull(
            Duration limit, AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(limit, "limit");
        Objects.requireNonNull(body, "body");
        return Async.<@Nullable T>inScope("withTimeoutOrNull", scope -> {
            ShieldScope.noteTimeout(scope);
            return new TimeoutScope(scope, limit).runOrNull(body::run);
        });
    }

    /**
     * Restarts the time limit of the innermost {@link #withTimeout} of this coroutine, for example after each sign of
     * progress.
     *
     * @param limit how long from now
     * @throws IllegalStateException if there is none around the current code
     */
    public static void resetTimeout(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        CoroutineTask<?> here = CoroutineTask.current();
        for (Scope s = Scope.current(); s != null && s.task() == here; s = s.parent()) {
            if (!(s instanceof TimeoutScope timeout) || timeout.isOfAnOperator()) continue;
            timeout.reset(limit);
            return;
        }
        throw new IllegalStateException(
                "no withTimeout around this code: call it in the body of withTimeout(limit, body)");
    }

    /**
     * {@return how much time the code here has left: until the nearest of the time limits around it, on the clock of the
     * backend; zero if that has passed, empty if there is none} The limits around it are those of {@link #withTimeout}
     * and its like in this coroutine, and in those that it is a member of. A {@linkplain #shielded shield} hides the
     * limits outside of it, which do not end the code inside. It does not wait, and also works when the coroutine is
     * cancelled.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="remainingTime"}
     *
     * @apiNote For servers that are told how long an answer is worth waiting for. For a deadline, a point in time on the
     *     wall clock, write {@code withTimeout(Duration.between(Instant.now(), deadline), body)}.
     */
    public static Optional<Duration> remainingTime() {
        long nearest = Long.MAX_VALUE;
        for (Scope s = Scope.current(); s != null && !(s instanceof ShieldScope); s = s.parent())
            if (s instanceof TimeoutScope timeout) nearest = Math.min(nearest, timeout.remaining());
        return nearest == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(nearest));
    }

    /**
     * Runs a body until it succeeds, as often as a policy allows. Each attempt is a scope: what it has started has ended before the next
     * one begins. After a failure, waits for the pause of the policy; a cancellation ends the pause at once.
     *
     * @param policy how often, when and after which failures
     * @param body what to run, on the current thread
     * @return its first result
     * @throws X what the body threw in its last attempt, the same instance, with earlier failures suppressed
     * @throws CancelledException if the coroutine is cancelled; the body is not run again
     */
    public static <T extends @Nullable Object, X extends Exception> T retry(Retry policy, AsyncBody<T, X> body)
            throws X {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(body, "body");
        return inScope("retry", scope -> policy.run(scope, body::run));
    }

    /**
     * Runs a body without a result until it succeeds, as often as a policy allows.
     *
     * @param policy how often, when and after which failures
     * @param body what to run
     * @throws X what the body threw in its last attempt
     * @see #retry(Retry, AsyncBody)
     */
    public static <X extends Exception> void retry(Retry policy, AsyncAction<X> body) throws X {
        retry(policy, asBody(body));
    }

    // --- cancellation

    /**
     * Throws if the coroutine is cancelled; does nothing else. For loops that compute and never wait.
     *
     * @throws CancelledException if the innermost scope is cancelled, or a plain thread interrupted
     */
    public static void checkpoint() {
        Scope scope = Scope.current();
        if (scope != null) scope.checkpoint();
        else if (Thread.currentThread().isInterrupted())
            throw CancelledException.interrupted(new InterruptedException("interrupted"));
    }

    /**
     * Throws if the coroutine is cancelled, for a {@code catch} that is wider than it should be: a
     * {@link CancelledException} is a {@link RuntimeException}, and a fallback would run for each cancelled call.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="rethrowCancellation"}
     *
     * <p>Returns if the coroutine is not cancelled, even for a {@link CancelledException} of something else that was
     * awaited.
     *
     * @param failure what was caught; it is rethrown as the same instance if it is the cancellation, and suppressed in
     *     the cancellation otherwise
     * @throws CancelledException if the innermost scope is cancelled, or a plain thread interrupted
     */
    public static void rethrowCancellation(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        Scope scope = Scope.current();
        Cancellation here = scope == null ? null : scope.cancellation();
        if (here != null && failure instanceof CancelledException known && known.scope() == here.origin()) throw known;
        try {
            checkpoint();
        } catch (CancelledException cancelled) {
            if (scope == null && failure instanceof CancelledException known && known.isInterruption()) throw known;
            Failures.suppress(cancelled, failure);
            throw cancelled;
        }
    }

    /**
     * Runs a body that cancellation from outside does not reach, for clean-up that must await. Timeouts inside it work.
     * After it, the coroutine is as cancelled as it was; the result is returned even so. A body that may take long
     * should have a {@link #withTimeout} of its own; without one, a warning is logged 5 s after its first wait in the
     * engine, or at the end of a body that has blocked before that.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="shielded"}
     *
     * @param body what to run
     * @return its result
     * @throws X what the body threw
     */
    public static <T extends @Nullable Object, X extends Exception> T shielded(AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        return inScope("shielded", scope -> new ShieldScope(scope).run(body::run));
    }

    /**
     * Runs a body without a result that cancellation from outside does not reach.
     *
     * @param body what to run
     * @throws X what the body threw
     * @see #shielded(AsyncBody)
     */
    public static <X extends Exception> void shielded(AsyncAction<X> body) throws X {
        shielded(asBody(body));
    }

    /**
     * Runs a body that cancellers do not interrupt, for code that an interrupt breaks: an interrupt closes a
     * {@code FileChannel}, and with it the files of H2 or Lucene. This is no shield: the body is cancelled as usual, and sees
     * that at its next suspension point; an await ends at once. A blocking call that does not await runs to its own
     * end, and so does the block. The same holds for what the body starts, with {@code async} for example. After the
     * block, foreign code is interrupted as before. Interrupts that do not come from a cancellation are not held back.
     *
     * <p>This is the default for all coroutines with {@code -Dweft.interrupts=cooperative}, the environment variable
     * {@code WEFT_INTERRUPTS} or {@code weft.interrupts} in {@code weft.properties} on the class path; the other value is {@code sent}.
     *
     * @param body what to run
     * @return its result
     * @throws X what the body threw
     */
    public static <T extends @Nullable Object, X extends Exception> T withoutInterrupts(AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        return inScope("withoutInterrupts", scope -> new InterruptScope(scope, false).call(body::run));
    }

    /**
     * Runs a body without a result that cancellers do not interrupt.
     *
     * @param body what to run
     * @throws X what the body threw
     * @see #withoutInterrupts(AsyncBody)
     */
    public static <X extends Exception> void withoutInterrupts(AsyncAction<X> body) throws X {
        withoutInterrupts(asBody(body));
    }

    // --- streams

    /**
     * {@return a cold stream that runs a generator for each subscriber, in a coroutine}
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="stream"}
     *
     * @apiNote In a class that has a method {@code stream} of its own, such as a collection, write
     *     {@code Async.stream(…)}: the inherited name hides the imported one there.
     * @param generator makes the values
     */
    public static <T> AsyncStream<T> stream(Generator<T> generator) {
        return new AsyncStream<>(CoroutineOptions.NONE, generator);
    }

    /**
     * Subscribes to a publisher and iterates over it, requesting up to 32 values ahead. A stream
     * {@link AsyncStream#fromListener from a listener} is registered on the current thread, and has no buffer but its own.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="each"}
     *
     * @apiNote The source stays open while the loop runs. The loop's body must not wait for the source to end, as a
     *     second statement on a database connection does if the rows of the loop come from that connection.
     * @param publisher where the values come from
     * @return the iterator, to be closed
     */
    public static <T> AsyncIterator<T> each(Flow.Publisher<T> publisher) {
        return new CellIterator<>(opened(publisher));
    }

    /**
     * Subscribes to a publisher and iterates over it, requesting a number of values ahead.
     *
     * @param publisher where the values come from; a stream {@link AsyncStream#fromListener from a listener} has no
     *     buffer but its own
     * @param prefetch how many values are requested ahead, at least 0; with 0, a value is requested when the loop waits
     *     for it, so that the source makes none while the loop works on the one before
     * @return the iterator, to be closed
     * @see #each(Flow.Publisher)
     */
    public static <T> AsyncIterator<T> each(Flow.Publisher<T> publisher, int prefetch) {
        return new CellIterator<>(opened(publisher, prefetch));
    }

    /** As {@link #each}, for code that is certain to close it. */
    static <T> IterationCell<T> opened(Flow.Publisher<T> publisher) {
        return opened(publisher, publisher instanceof AsyncStream<T> stream ? stream.prefetch() : PREFETCH);
    }

    private static <T> IterationCell<T> opened(Flow.Publisher<T> publisher, int prefetch) {
        Objects.requireNonNull(publisher, "publisher");
        if (prefetch < 0) throw new IllegalArgumentException("prefetch must be at least 0, is " + prefetch);
        if (publisher instanceof AsyncStream<T> stream
                && stream.generator() instanceof ListenerIteration.ListenerGenerator<T> source
                && !stream.options().saysWhere()) return source.opened(backend());
        var cell = new FlowIteration<T>(publisher, prefetch, backend());
        cell.open();
        return cell;
    }

    // --- callbacks and futures

    /**
     * Starts an operation that reports through callbacks, and waits for it.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="awaitCallback"}
     *
     * @param body starts the operation; if it throws, the await ends with that
     * @return what {@link Completion#resume} was given
     * @throws AwaitException if it failed with a checked exception
     */
    public static <T extends @Nullable Object> T awaitCallback(CallbackBody<T> body) {
        Objects.requireNonNull(body, "body");
        return cast(new Completion.CallbackAwait<>(body, backend()).await());
    }

    /**
     * Waits for a future. It may be shared: cancelling the wait affects neither the future nor its value. For a future
     * that nobody else uses, see {@link #owned}.
     *
     * @param future what to wait for
     * @return its result, which may be null
     * @throws AwaitException if it failed with a checked exception; the {@link ExecutionException} around it is removed
     */
    public static <T extends @Nullable Object> T awaitFuture(Future<T> future) {
        Objects.requireNonNull(future, "future");
        if (future instanceof CompletableFuture<T> stage) return await((CompletionStage<T>) stage);
        Scope.requireMayWait("awaitFuture");
        return sneaking(() -> InterruptScope.interruptibly(() -> get(future)));
    }

    private static <T extends @Nullable Object> T get(Future<T> future) throws Exception {
        for (; ; ) {
            checkpoint();
            try {
                return future.get();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (Throwable failure) {
                throw Failures.thrown(failureOf(future, failure));
            }
        }
    }

    /**
     * {@return an awaitable that is the only owner of a future} When the await is cancelled or times out, the future is
     * cancelled, with an interrupt if it runs on a thread; a value that still arrives is discarded. The same happens if
     * it is never awaited, because the scope is cancelled first, or because another awaitable has decided a
     * {@link #gather}, {@link #race} or {@link TaskGroup#start}.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="owned"}
     *
     * @apiNote A future that was derived ({@code future.thenApply(…)}) does not pass its cancellation on: own the first
     *     one. A future that finishes its work although it was cancelled loses the value; a resource is better
     *     {@linkplain #using(AsyncBody, AsyncConsumer, AsyncFunction) acquired}.
     * @param future what to own, such as a {@link CompletableFuture}, or the future that an executor returns for a
     *     task; it can be awaited once
     */
    public static <T extends @Nullable Object> Awaitable<T> owned(Future<T> future) {
        return Owned.of(future);
    }

    // --- resources and discarded values

    /**
     * Acquires a resource, uses it, and releases it, whatever happens. A caller that is cancelled while it waits for
     * the resource leaves at once, and a resource that arrives late is released: each resource exactly once.
     *
     * <p>The acquisition runs in a coroutine of its own, with the context of this one. It is never cancelled, since
     * many sources then lose what they are making: when the caller has left, the acquisition goes on by itself, even
     * after the caller has ended. Its result is then released, and its failure, or that of the release, goes to the
     * dropped-error hook. Everything that {@code use} started has ended, cancelled or not, before the release, which is
     * {@linkplain #shielded shielded}.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="using"}
     *
     * @apiNote A source that may never answer also needs a limit of its own, such as the acquire timeout of a pool:
     *     only that ends its work. Where cancelling the source is known to lose nothing that does not reach a hook,
     *     {@code withDiscard(Connection.class, Connection::close, () -> withTimeout(limit, () -> await(source)))}
     *     cancels it. Where the resource comes from one source, {@code using} of its adapter takes that source, and
     *     saves the coroutine.
     * @param acquire gets the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @return the result of {@code use}
     * @throws X what {@code acquire} or {@code use} threw, with what {@code release} threw suppressed; if only
     *     {@code release} threw, that, and the result is discarded
     * @throws NullPointerException if {@code acquire} gives null
     */
    public static <R, T extends @Nullable Object, X extends Exception> T using(
            AsyncBody<R, ? extends X> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncFunction<? super R, T, ? extends X> use)
            throws X {
        var acquisition = new Acquisition<R>(acquire, release);
        Objects.requireNonNull(use, "use");
        return inScope("using", scope -> acquisition.using(scope, null, use));
    }

    /**
     * Acquires a resource, uses it without a result, and releases it.
     *
     * @param acquire gets the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @throws X what one of them threw
     * @see #using(AsyncBody, AsyncConsumer, AsyncFunction)
     */
    @SuppressWarnings("overloads") // AsyncFunction says which one a lambda that fits both selects
    public static <R, X extends Exception> void using(
            AsyncBody<R, ? extends X> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncConsumer<? super R, ? extends X> use)
            throws X {
        using(acquire, release, asFunction(use));
    }

    /**
     * Acquires a resource with a time limit, uses it without one, and releases it.
     *
     * @param limit how long the acquisition may take; zero or less has expired already, and nothing is acquired
     * @param acquire gets the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @return the result of {@code use}
     * @throws X what one of them threw
     * @throws TimeoutException if no resource was acquired in time
     * @see #using(AsyncBody, AsyncConsumer, AsyncFunction)
     */
    public static <R, T extends @Nullable Object, X extends Exception> T using(
            Duration limit,
            AsyncBody<R, ? extends X> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncFunction<? super R, T, ? extends X> use)
            throws X, TimeoutException {
        Objects.requireNonNull(limit, "limit");
        var acquisition = new Acquisition<R>(acquire, release);
        Objects.requireNonNull(use, "use");
        return inScope("using", scope -> acquisition.using(scope, limit, use));
    }

    /**
     * Acquires a resource with a time limit, uses it without one and without a result, and releases it.
     *
     * @param limit how long the acquisition may take
     * @param acquire gets the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @throws X what one of them threw
     * @throws TimeoutException if no resource was acquired in time
     * @see #using(AsyncBody, AsyncConsumer, AsyncFunction)
     */
    @SuppressWarnings("overloads") // AsyncFunction says which one a lambda that fits both selects
    public static <R, X extends Exception> void using(
            Duration limit,
            AsyncBody<R, ? extends X> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncConsumer<? super R, ? extends X> use)
            throws X, TimeoutException {
        using(limit, acquire, release, asFunction(use));
    }

    /**
     * Runs a body with a discard hook: for values that have lost a race, come too late, or are unread in a handle when
     * its scope fails or is cancelled, or in the queue of an iteration that is left early. The innermost hook for the
     * type of a value receives it, once; a value for which there is none goes where it would go otherwise, to
     * {@code doOnDiscard} downstream of a {@code mono}, or to {@link Hooks#onDiscard}. The hook covers everything that the
     * body awaits, starts, iterates over and emits, even after the body has ended; with Reactor, also the operators of
     * what it awaits (a {@code doOnDiscard} among them is called too, as usual there). RxJava's operators have no such
     * hook.
     *
     * @param type the type of the values, subtypes included
     * @param consumer what receives them, on the thread that could not deliver them; it must be quick, and what it
     *     throws goes to the uncaught handler of that thread and changes nothing else
     * @param body what to run
     * @return its result
     * @throws X what the body threw
     * @throws IllegalArgumentException if the type is primitive, since every value is an object
     */
    public static <V, T extends @Nullable Object, X extends Exception> T withDiscard(
            Class<V> type, Consumer<? super V> consumer, AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(consumer, "consumer");
        Objects.requireNonNull(body, "body");
        if (type.isPrimitive()) throw new IllegalArgumentException("no value is of a primitive type, such as " + type);
        return inScope("withDiscard", scope -> {
            Context around = (Context) scope.context();
            Consumer<Object> others = around.getOrDefault(DiscardHook.KEY, null);
            var hook = new DiscardHook(
                    type, value -> consumer.accept(type.cast(value)), others == null ? Hooks::discard : others);
            return new Scope(scope, scope.backend(), around.with(DiscardHook.KEY, hook), false).call(body::run);
        });
    }

    /**
     * Runs a body without a result with a discard hook.
     *
     * @param type the type of the values
     * @param consumer what receives them
     * @param body what to run
     * @throws X what the body threw
     * @see #withDiscard(Class, Consumer, AsyncBody)
     */
    public static <V, X extends Exception> void withDiscard(
            Class<V> type, Consumer<? super V> consumer, AsyncAction<X> body) throws X {
        withDiscard(type, consumer, asBody(body));
    }

    // --- context and backend

    /** {@return the context of the current coroutine, or the empty one} */
    public static Context context() {
        Scope scope = Scope.surrounding();
        return scope == null ? Context.empty() : (Context) scope.context();
    }

    /**
     * Runs a body with one more entry in its context: visible in it, to what it awaits, and to what it starts.
     *
     * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="withContext"}
     *
     * @param key the key
     * @param value its value
     * @param body what to run
     * @return its result
     * @throws X what the body threw
     */
    public static <T extends @Nullable Object, X extends Exception> T withContext(
            Object key, Object value, AsyncBody<T, X> body) throws X {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value: a context has no nulls");
        Objects.requireNonNull(body, "body");
        return inScope("withContext", scope -> {
            Context changed = ((Context) scope.context()).with(key, value);
            var propagated = new Propagated<T>(body::run);
            Context own = Context.empty().with(key, value);
            Runnable withLocals = scope.backend().propagate(own, ScopedValues.around(own, propagated));
            return new Scope(scope, scope.backend(), changed, false).call(() -> propagated.resultOf(withLocals));
        });
    }

    /**
     * Runs a body without a result with one more entry in its context.
     *
     * @param key the key
     * @param value its value
     * @param body what to run
     * @throws X what the body threw
     * @see #withContext(Object, Object, AsyncBody)
     */
    public static <X extends Exception> void withContext(Object key, Object value, AsyncAction<X> body) throws X {
        withContext(key, value, asBody(body));
    }

    /**
     * {@return the backend selected here: by {@link #withBackend}, by the builder that made the coroutine, or by configuration}
     *
     * @throws BackendException if configuration decides and is wrong
     */
    public static Backend backend() {
        Scope scope = Scope.surrounding();
        return scope == null ? Backends.selected() : scope.backend();
    }

    /**
     * Runs a body with another backend selected, for its delays, timeouts and undeliverable signals.
     *
     * @param backend the backend
     * @param body what to run
     * @return its result
     * @throws X what the body threw
     */
    public static <T extends @Nullable Object, X extends Exception> T withBackend(Backend backend, AsyncBody<T, X> body)
            throws X {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(body, "body");
        Scope scope = Scope.current();
        if (scope == null) return sneaking(() -> RunTask.run("withBackend", backend, CoroutineOptions.NONE, body::run));
        return sneaking(() -> new Scope(scope, backend, scope.context(), false).call(body::run));
    }

    /**
     * Runs a body without a result with another backend selected.
     *
     * @param backend the backend
     * @param body what to run
     * @throws X what the body threw
     * @see #withBackend(Backend, AsyncBody)
     */
    public static <X extends Exception> void withBackend(Backend backend, AsyncAction<X> body) throws X {
        withBackend(backend, asBody(body));
    }

    // --- shared within this package

    /** As {@link #using(AsyncBody, AsyncConsumer, AsyncFunction)}, with a source, which needs no coroutine. */
    static <R, T extends @Nullable Object> T usingSource(
            AwaitCell<R> acquire, AsyncConsumer<? super R, ?> release, AsyncFunction<? super R, T, ?> use) {
        var acquisition = new Acquisition<R>(acquire, release);
        Objects.requireNonNull(use, "use");
        return inScope("using", scope -> acquisition.using(scope, null, use));
    }

    /** Whether its await is certain to begin with a checkpoint. */
    private static boolean isOurs(Awaitable<?> awaitable) {
        return awaitable instanceof Coroutine
                || awaitable instanceof Deferred
                || awaitable instanceof Detachable
                || awaitable instanceof Owned
                || awaitable instanceof Cached;
    }

    /** A duration in nanoseconds, {@link Long#MAX_VALUE} if it is longer. */
    static long nanos(Duration time) {
        Objects.requireNonNull(time, "time");
        try {
            return time.toNanos();
        } catch (ArithmeticException tooLong) {
            return time.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static Callable<@Nullable Void> asCallable(AsyncAction<?> action) {
        Objects.requireNonNull(action, "body");
        return () -> {
            action.run();
            return null;
        };
    }

    static void discard(@Nullable Object value) {
        Scope scope = Scope.surrounding();
        Reports.discard(backend(), scope == null ? null : scope.context(), value);
    }

    static void drop(Throwable failure) {
        Scope scope = Scope.surrounding();
        Reports.drop(backend(), scope == null ? null : scope.context(), failure);
    }

    private static <X extends Exception> AsyncBody<@Nullable Void, X> asBody(AsyncAction<X> action) {
        Objects.requireNonNull(action, "body");
        return () -> {
            action.run();
            return null;
        };
    }

    private static <A, X extends Exception> AsyncFunction<A, @Nullable Void, X> asFunction(
            AsyncConsumer<? super A, ? extends X> action) {
        Objects.requireNonNull(action, "use");
        return argument -> {
            action.accept(argument);
            return null;
        };
    }

    /** Runs something in the innermost scope; outside any coroutine, in a new one. The caller declares what it throws. */
    private static <T extends @Nullable Object> T inScope(String word, InScope<T> body) {
        Scope scope = Scope.current();
        if (scope != null) return sneaking(() -> body.run(scope));
        return sneaking(() -> RunTask.run(
                word, backend(), CoroutineOptions.NONE, () -> body.run(Objects.requireNonNull(Scope.current()))));
    }

    private static <T extends @Nullable Object> T sneaking(Callable<T> body) {
        try {
            return body.call();
        } catch (Exception failure) {
            throw Failures.<RuntimeException>sneak(failure);
        }
    }

    /** {@code join} would wrap a failure in an exception of its own, and ask the failure for its message. */
    private static <T extends @Nullable Object> T ready(CompletableFuture<T> future) {
        if (future.isCompletedExceptionally()) return cast(new StageAwait<>(future, backend()).await());
        Scope.requireMayWait("await");
        return future.join();
    }

    /**
     * The failure of a future. If it throws while {@code get} wraps it, {@code get} throws that instead; the future
     * still has the real one.
     */
    private static Throwable failureOf(Future<?> future, Throwable thrown) {
        Throwable cause = thrown instanceof ExecutionException ? Failures.cause(thrown) : null;
        if (cause != null) return cause;
        try {
            return future.state() == Future.State.FAILED ? future.exceptionNow() : thrown;
        } catch (Throwable unknown) {
            return thrown;
        }
    }

    @SuppressWarnings("NullAway") // null is a T where the source may give it
    private static <T extends @Nullable Object> T cast(@Nullable T value) {
        return value;
    }

    private static <T extends @Nullable Object> Handle<T> start(GroupScope group, Awaitable<T> source) {
        return group.start(source);
    }

    private static void requirePositive(int maxConcurrency) {
        if (maxConcurrency < 1)
            throw new IllegalArgumentException("maxConcurrency must be at least 1, is " + maxConcurrency);
    }

    private static <A, B extends @Nullable Object> List<B> mapConcurrently(
            String word, Iterable<? extends A> items, int maxConcurrency, Starter<? super A, B> starter) {
        requirePositive(maxConcurrency);
        return inScope(word, scope -> {
            scope.checkpoint();
            return GatherScope.gather(new GroupScope(scope, false), items, maxConcurrency, starter);
        });
    }

    /** Something that runs in a given scope. */
    @FunctionalInterface
    private interface InScope<T extends @Nullable Object> {
        T run(Scope scope) throws Exception;
    }

    /** Starts a member for an item. */
    @FunctionalInterface
    interface Starter<A, B extends @Nullable Object> {
        Handle<? extends B> start(GroupScope group, A item);
    }

    /** The wait for a point in time; an endless one has no entry in the timer. */
    private static final class DelayAwait extends AwaitCell<@Nullable Object> {
        private final long nanos;

        DelayAwait(long nanos, Backend backend) {
            super(backend);
            this.nanos = nanos;
        }

        @Override
        protected void start() {
            if (nanos != Long.MAX_VALUE) attach(VirtualTime.schedule(backend(), nanos, this::elapsed));
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            ((Timer.Entry) subscription).cancel();
        }

        @Override
        protected boolean isCancelQuick() {
            return true;
        }

        @Override
        public WaitKind kind() {
            return WaitKind.TIME;
        }

        @Override
        protected String operation() {
            return "delay";
        }

        @Override
        public @Nullable String waitsFor() {
            return nanos == Long.MAX_VALUE ? "delay forever" : null;
        }

        private void elapsed() {
            succeed(null);
        }
    }

    /** A body as a runnable that a backend can put its thread-locals around. */
    private static final class Propagated<T extends @Nullable Object> implements Runnable {
        private final Callable<? extends T> body;
        private @Nullable T result;

        Propagated(Callable<? extends T> body) {
            this.body = body;
        }

        @Override
        public void run() {
            try {
                result = body.call();
            } catch (Exception failure) {
                throw Failures.<RuntimeException>sneak(failure);
            }
        }

        @SuppressWarnings("NullAway") // null is a T when the body returned it
        T resultOf(Runnable propagated) {
            propagated.run();
            return result;
        }
    }
}
