package dev.weft.rxjava;

import dev.weft.Adapters;
import dev.weft.Async;
import dev.weft.AsyncAction;
import dev.weft.AsyncConsumer;
import dev.weft.AsyncFunction;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.AwaitException;
import dev.weft.Awaitable;
import dev.weft.ByteStreams;
import dev.weft.Coroutine;
import dev.weft.Dispatcher;
import dev.weft.Generator;
import dev.weft.Overflow;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.BufferPolicy;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.VirtualTime;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableTransformer;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * The verbs of await-style code for RxJava's types, for {@code import static} beside {@link Async}.
 *
 * <p>Every await subscribes on the current thread, parks it, and continues on it. It is checked for cancellation before
 * it subscribes; cancelling it disposes of the subscription. Null arguments are refused with a
 * {@link NullPointerException} that names them, threads that must not block ({@code Schedulers.computation()},
 * {@code single()}, event loops, contexts of Vert.x, and those on which the supplier of
 * {@code RxJavaPlugins.setOnBeforeBlocking} returns true) with an {@link IllegalStateException}, both before anything
 * is subscribed to.
 *
 * <p>Errors come out as the same instance if they are unchecked; checked, inside {@link AwaitException}, or as
 * themselves where their class is named, by {@link Async#throwing} or as the second argument of {@code await}. What
 * arrives too late goes to hooks: errors to {@code RxJavaPlugins.onError}, unless they only echo the cancellation;
 * values, for which RxJava has no hook, to {@link dev.weft.Hooks#onDiscard}.
 *
 * <p>RxJava has no context: a coroutine made here inherits the context of the coroutine that subscribes to it, if that
 * happens on the same thread; after {@code subscribeOn} it starts with an empty one. What is subscribed to on a
 * coroutine's thread because that coroutine signals a shared subject inherits the signalling coroutine's context.
 *
 * <p>The members, in this order:
 *
 * <ul>
 *   <li>await: {@link #await(Single) await}, {@link #awaitOptional}, {@link #awaitSingle},
 *       {@link #awaitFirst}, {@link #awaitLast}
 *   <li>build: {@link #single}, {@link #maybe}, {@link #completable}, {@link #flowable}, {@link #observable}
 *   <li>several at once: {@link #awaitable}
 *   <li>streams: {@link #each}, {@link #collect}, {@link #stream}, {@link #mapFlowable}, {@link #toInputStream}
 *   <li>resources: {@link #using}
 *   <li>convert: {@link #asSingle}, {@link #asMaybe}, {@link #asCompletable}, {@link #asFlowable}
 *   <li>where: {@link #on}
 * </ul>
 *
 * @since 0.1
 */
public final class RxAsync {
    private static final int PREFETCH = 32;

    private RxAsync() {}

    // --- await

    /**
     * Waits for a Single to end.
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="await"}
     *
     * @param single what to wait for
     * @return its value
     */
    public static <T> T await(Single<T> single) {
        Objects.requireNonNull(single, "single");
        return required(new ObserverAwait<>(single, AwaitMode.ONE));
    }

    /**
     * Waits for a Single to end, and throws the named checked exception as itself.
     *
     * @param single what to wait for
     * @param type the checked exception
     * @return its value
     * @throws X if it failed with that
     */
    public static <T, X extends Exception> T await(Single<T> single, Class<X> type) throws X {
        return Async.throwing(type, () -> await(single));
    }

    /**
     * Waits for a Maybe to end.
     *
     * @param maybe what to wait for
     * @return its value, or null if it is empty
     */
    public static <T> @Nullable T await(Maybe<T> maybe) {
        Objects.requireNonNull(maybe, "maybe");
        return new ObserverAwait<T>(maybe, AwaitMode.MAYBE).await();
    }

    /**
     * Waits for a Maybe to end, and throws the named checked exception as itself.
     *
     * @param maybe what to wait for
     * @param type the checked exception
     * @return its value, or null if it is empty
     * @throws X if it failed with that
     */
    public static <T, X extends Exception> @Nullable T await(Maybe<T> maybe, Class<X> type) throws X {
        return Async.<@Nullable T, X, RuntimeException>throwing(type, () -> await(maybe));
    }

    /**
     * Waits for a Completable to end.
     *
     * @param completable what to wait for
     */
    public static void await(Completable completable) {
        Objects.requireNonNull(completable, "completable");
        new ObserverAwait<>(completable, AwaitMode.NONE).await();
    }

    /**
     * Waits for a Completable to end, and throws the named checked exception as itself.
     *
     * @param completable what to wait for
     * @param type the checked exception
     * @throws X if it failed with that
     */
    public static <X extends Exception> void await(Completable completable, Class<X> type) throws X {
        Async.throwing(type, () -> await(completable));
    }

    /**
     * Waits for a Maybe to end.
     *
     * @param maybe what to wait for
     * @return its value, if there is one
     */
    public static <T> Optional<T> awaitOptional(Maybe<T> maybe) {
        return Optional.ofNullable(await(maybe));
    }

    /**
     * Waits for a Maybe to end that has a value.
     *
     * @param maybe what to wait for
     * @return its value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitSingle(Maybe<T> maybe) {
        Objects.requireNonNull(maybe, "maybe");
        return required(new ObserverAwait<>(maybe, AwaitMode.ONE));
    }

    /**
     * Waits for a Flowable to end that has exactly one value.
     *
     * @apiNote Not for a value that must be consumed before its source can end, such as a {@code Result} of R2DBC, a
     *     group, a window or a part of a request: it would wait forever. Await what is in it,
     *     {@code collect(flowable.flatMap(group -> group), max)}, or consume it in a loop over {@code each}, or with
     *     {@link #awaitFirst(Flowable)}.
     * @param flowable what to wait for
     * @return its value
     * @throws dev.weft.NoValueException if it is empty
     * @throws dev.weft.TooManyValuesException if it has a second value; it is then cancelled and both are discarded
     */
    public static <T> T awaitSingle(Flowable<T> flowable) {
        Objects.requireNonNull(flowable, "flowable");
        return required(new PublisherAwait<>(flowable, AwaitMode.SINGLE));
    }

    /**
     * Waits for an Observable to end that has exactly one value.
     *
     * @apiNote Not for a value that must be consumed before its source can end, such as a {@code Result} of R2DBC, a
     *     group, a window or a part of a request: it would wait forever. Await what is in it,
     *     {@code collect(observable.flatMap(group -> group), max)}, or consume it in a loop over {@code each}, or with
     *     {@link #awaitFirst(Observable)}.
     * @param observable what to wait for
     * @return its value
     * @throws dev.weft.NoValueException if it is empty
     * @throws dev.weft.TooManyValuesException if it has a second value; it is then cancelled and both are discarded
     */
    public static <T> T awaitSingle(Observable<T> observable) {
        Objects.requireNonNull(observable, "observable");
        return required(new ObserverAwait<>(observable, AwaitMode.SINGLE));
    }

    /**
     * Waits for the first value of a Flowable: requests one, and cancels the rest. Not for sources whose completion
     * matters.
     *
     * @param flowable what to wait for
     * @return its first value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitFirst(Flowable<T> flowable) {
        Objects.requireNonNull(flowable, "flowable");
        return required(new PublisherAwait<>(flowable, AwaitMode.FIRST));
    }

    /**
     * Waits for the first value of an Observable, then disposes of the subscription. Not for sources whose completion
     * matters.
     *
     * @param observable what to wait for
     * @return its first value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitFirst(Observable<T> observable) {
        Objects.requireNonNull(observable, "observable");
        return required(new ObserverAwait<>(observable, AwaitMode.FIRST));
    }

    /**
     * Waits for the end of a Flowable, and returns the last value; the others are discarded.
     *
     * @apiNote Not for values that must be consumed before their source can end, as with
     *     {@link #awaitSingle(Flowable)}.
     * @param flowable what to wait for
     * @return its last value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitLast(Flowable<T> flowable) {
        Objects.requireNonNull(flowable, "flowable");
        return required(new PublisherAwait<>(flowable, AwaitMode.LAST));
    }

    /**
     * Waits for the end of an Observable, and returns the last value; the others are discarded.
     *
     * @apiNote Not for values that must be consumed before their source can end, as with
     *     {@link #awaitSingle(Observable)}.
     * @param observable what to wait for
     * @return its last value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitLast(Observable<T> observable) {
        Objects.requireNonNull(observable, "observable");
        return required(new ObserverAwait<>(observable, AwaitMode.LAST));
    }

    // --- build

    /**
     * {@return a cold Single that runs a body in a coroutine of its own for each observer}
     *
     * <p>The coroutine starts after {@code onSubscribe} has returned, on a new virtual thread, and signals from there. Disposing
     * of the subscription cancels the coroutine and never waits for it.
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="single"}
     *
     * @apiNote The body may block, and needs no {@code subscribeOn(io())}: it has a virtual thread of its own.
     * @param body what to run; what it throws is the Single's error, checked or not; a null result makes the error a
     *     {@link NullPointerException}
     */
    public static <T> Single<T> single(Callable<? extends T> body) {
        return CoroutineSingle.of(body, CoroutineOptions.NONE);
    }

    /**
     * {@return the same as {@link #single(Callable)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static <T> Single<T> single(Dispatcher dispatcher, Callable<? extends T> body) {
        return CoroutineSingle.of(body, Adapters.options(dispatcher));
    }

    /**
     * {@return a cold Maybe that runs a body in a coroutine of its own for each observer} See {@link #single}.
     *
     * @param body what to run; a null result makes the Maybe empty
     */
    public static <T> Maybe<T> maybe(Callable<? extends @Nullable T> body) {
        return CoroutineMaybe.of(body, CoroutineOptions.NONE);
    }

    /**
     * {@return a cold Maybe that runs a body without a result in a coroutine of its own for each observer} It is empty:
     * it completes when the body has returned and all that it started has ended. {@link #completable} has the type that
     * says so.
     *
     * @param body what to run; what it throws is the Maybe's error, checked or not
     */
    public static Maybe<Void> maybe(AsyncAction<?> body) {
        return maybe(callable(body));
    }

    /**
     * {@return the same as {@link #maybe(Callable)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static <T> Maybe<T> maybe(Dispatcher dispatcher, Callable<? extends @Nullable T> body) {
        return CoroutineMaybe.of(body, Adapters.options(dispatcher));
    }

    /**
     * {@return the same as {@link #maybe(AsyncAction)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static Maybe<Void> maybe(Dispatcher dispatcher, AsyncAction<?> body) {
        return maybe(dispatcher, callable(body));
    }

    /**
     * {@return a cold Completable that runs a body in a coroutine of its own for each observer} See {@link #single}.
     *
     * @param body what to run
     */
    public static Completable completable(AsyncAction<?> body) {
        return CoroutineCompletable.of(callable(body), CoroutineOptions.NONE);
    }

    /**
     * {@return the same as {@link #completable(AsyncAction)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static Completable completable(Dispatcher dispatcher, AsyncAction<?> body) {
        return CoroutineCompletable.of(callable(body), Adapters.options(dispatcher));
    }

    private static Callable<@Nullable Void> callable(AsyncAction<?> body) {
        Objects.requireNonNull(body, "body");
        return () -> {
            body.run();
            return null;
        };
    }

    /**
     * {@return a cold Flowable that runs a generator in a coroutine of its own for each subscriber} Emitting waits for demand;
     * nothing is buffered.
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="flowable"}
     *
     * @param generator makes the values
     */
    public static <T> Flowable<T> flowable(Generator<T> generator) {
        return GeneratorFlowable.of(generator, CoroutineOptions.NONE);
    }

    /**
     * {@return the same as {@link #flowable(Generator)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param generator makes the values
     */
    public static <T> Flowable<T> flowable(Dispatcher dispatcher, Generator<T> generator) {
        return GeneratorFlowable.of(generator, Adapters.options(dispatcher));
    }

    /**
     * {@return a cold Observable that runs a generator in a coroutine of its own for each observer} Emitting calls the
     * observer and never waits; an {@code observeOn} downstream queues, without bound, all values that it has not
     * passed on yet.
     *
     * @param generator makes the values
     */
    public static <T> Observable<T> observable(Generator<T> generator) {
        return GeneratorObservable.of(generator, CoroutineOptions.NONE);
    }

    /**
     * {@return the same as {@link #observable(Generator)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param generator makes the values
     */
    public static <T> Observable<T> observable(Dispatcher dispatcher, Generator<T> generator) {
        return GeneratorObservable.of(generator, Adapters.options(dispatcher));
    }

    // --- several at once

    /**
     * {@return a Single as something to await, for {@code gather}, {@code race} and {@code TaskGroup.start}, where it needs no
     * thread}
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="awaitable"}
     *
     * @param single the Single
     */
    public static <T> Awaitable<T> awaitable(Single<T> single) {
        return new RxAwaitable<>(Objects.requireNonNull(single, "single"), AwaitMode.ONE);
    }

    /**
     * {@return a Maybe as something to await, without a thread; its result is null if it is empty}
     *
     * @param maybe the Maybe
     */
    public static <T> Awaitable<T> awaitable(Maybe<T> maybe) {
        return new RxAwaitable<>(Objects.requireNonNull(maybe, "maybe"), AwaitMode.MAYBE);
    }

    /**
     * {@return a Completable as something to await, without a thread; its result is null}
     *
     * @param completable the Completable
     */
    public static Awaitable<@Nullable Void> awaitable(Completable completable) {
        return new RxAwaitable<>(Objects.requireNonNull(completable, "completable"), AwaitMode.NONE);
    }

    // --- streams

    /**
     * Subscribes to a Flowable and iterates over it, requesting up to 32 values ahead.
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="each"}
     *
     * @apiNote A value that is valid only during its signal, such as a message of a WebSocket or a pooled buffer, has
     *     been released when the loop gets it. Copy what is needed from it, or retain it, upstream of the loop:
     *     {@code each(messages.map(Message::text))}.
     *     <p>The source stays open while the body runs, and what it holds stays busy. A statement on the connection
     *     that the loop's rows come from waits for the rows, and the rows wait for the loop: forever, if there are more
     *     rows than fit in the buffers between, some hundred. Collect them first:
     *     {@code for (int id : collect(ids, 10_000))}.
     * @param flowable where the values come from
     * @return the iterator, to be closed
     */
    public static <T> AsyncIterator<T> each(Flowable<T> flowable) {
        return each(flowable, PREFETCH);
    }

    /**
     * Subscribes to a Flowable and iterates over it.
     *
     * @param flowable where the values come from
     * @param prefetch how many values may be requested ahead, at least 0; when three quarters of them are consumed, as
     *     many are requested again; with 0, one is requested whenever the loop waits for it
     * @return the iterator, to be closed
     * @see #each(Flowable)
     */
    public static <T> AsyncIterator<T> each(Flowable<T> flowable, int prefetch) {
        Objects.requireNonNull(flowable, "flowable");
        var cell = new PublisherIteration<T>(flowable, prefetch);
        cell.open();
        return Adapters.iterator(cell);
    }

    /**
     * Subscribes to an Observable and iterates over it. An Observable cannot be asked to wait: values that arrive
     * faster than the loop consumes them are kept as far as the policy allows. The emitting thread is never blocked.
     *
     * @param observable where the values come from
     * @param overflow how many values are kept, and what happens to the rest
     * @return the iterator, to be closed
     * @throws IllegalArgumentException if the policy is {@link Overflow#suspend}
     * @see #each(Flowable)
     */
    public static <T> AsyncIterator<T> each(Observable<T> observable, Overflow overflow) {
        Objects.requireNonNull(observable, "observable");
        return each(observable, Adapters.buffering(overflow, "an Observable"));
    }

    private static <T> AsyncIterator<T> each(Observable<T> observable, BufferPolicy buffering) {
        Objects.requireNonNull(observable, "observable");
        var cell = new ObservableIteration<T>(observable, buffering);
        cell.open();
        return Adapters.iterator(cell);
    }

    /**
     * {@return all values of a Flowable, in order}
     *
     * @param flowable what to wait for
     * @param max how many there may be, at least 0
     * @throws dev.weft.TooManyValuesException if there are more; the Flowable is cancelled and the values are discarded
     */
    public static <T> List<T> collect(Flowable<T> flowable, int max) {
        return each(flowable).collect(max);
    }

    /**
     * {@return all values of an Observable, in order}
     *
     * @param observable what to wait for
     * @param max how many there may be, at least 0; no more are kept
     * @throws dev.weft.TooManyValuesException if there are more; the Observable is disposed of and the values are discarded
     */
    public static <T> List<T> collect(Observable<T> observable, int max) {
        int oneMore = max < 0 || max == Integer.MAX_VALUE ? Integer.MAX_VALUE : max + 1;
        return each(observable, new BufferPolicy(BufferPolicy.WhenFull.END, oneMore))
                .collect(max);
    }

    /**
     * {@return a Flowable as a cold, neutral stream}
     *
     * @param flowable where the values come from
     */
    public static <T> AsyncStream<T> stream(Flowable<T> flowable) {
        Objects.requireNonNull(flowable, "flowable");
        return Async.stream(out -> out.emitAll(each(flowable)));
    }

    /**
     * {@return an Observable as a cold, neutral stream}
     *
     * @param observable where the values come from
     * @param overflow how many values are kept, and what happens to the rest
     */
    public static <T> AsyncStream<T> stream(Observable<T> observable, Overflow overflow) {
        Objects.requireNonNull(observable, "observable");
        Adapters.buffering(overflow, "an Observable");
        return Async.<T>stream(out -> out.emitAll(each(observable, overflow))).prefetch(0);
    }

    /**
     * {@return for {@code flowable.compose(…)}: applies a function that may await to each value, each in its own
     * coroutine}
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="mapFlowable"}
     *
     * @apiNote This is {@code concatMapEager}, which loses results that are ready but not yet passed on when the
     *     subscriber cancels. Where a result holds something, such as a connection, {@code
     *     asFlowable(stream(flowable).mapConcurrent(concurrency, function))} loses none.
     * @param concurrency how many coroutines at a time, at least 1; results come in the order of the values
     * @param function what to do; values for which it returns null are left out
     */
    public static <A, B> FlowableTransformer<A, B> mapFlowable(
            int concurrency, AsyncFunction<? super A, ? extends @Nullable B, ?> function) {
        if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
        Objects.requireNonNull(function, "function");
        return flowable -> flowable.concatMapEager(
                value -> RxAsync.<B>maybe(() -> function.apply(value)).toFlowable(), concurrency, 1);
    }

    /**
     * The earlier name of {@link #mapFlowable}.
     *
     * @deprecated Reactor's adapter had the same word with the same parameters, so that the compiler could not choose
     */
    @Deprecated(since = "0.1", forRemoval = true)
    public static <A, B> FlowableTransformer<A, B> mapAwait(
            int concurrency, AsyncFunction<? super A, ? extends @Nullable B, ?> function) {
        return mapFlowable(concurrency, function);
    }

    /**
     * {@return the bytes of a Flowable's buffers, whose type a library returns to its pool, such as Netty's
     * {@code ByteBuf}; see {@link ByteStreams#toInputStream(Flow.Publisher, Function, Consumer)}} Nothing is queued in
     * between, so no buffer can get lost.
     *
     * @param flowable where the buffers come from, subscribed to now
     * @param content the bytes of a buffer, valid until it is released
     * @param release releases a buffer
     */
    public static <B> InputStream toInputStream(
            Flowable<? extends B> flowable, Function<? super B, ByteBuffer> content, Consumer<? super B> release) {
        Objects.requireNonNull(flowable, "flowable");
        Flow.Publisher<B> source = FlowAdapters.toFlowPublisher(flowable);
        return ByteStreams.toInputStream(VirtualTime.inStep(RxBackend.INSTANCE, source), content, release);
    }

    // --- resources

    /**
     * Acquires a resource from a Single, uses it, and releases it, whatever happens: as {@link Async#using(AsyncBody,
     * AsyncConsumer, AsyncFunction)}, without a coroutine for the acquisition.
     *
     * <p>A caller that is cancelled while it waits leaves at once; not before the source has returned from being
     * subscribed to, which is not interrupted. The subscription is not cancelled: a resource that arrives late is
     * released by a coroutine of its own, on a virtual thread, with this context and without thread-locals that are not
     * part of it; a late failure goes to the dropped-error hook. What goes on after the caller has left is in no dump.
     *
     * {@snippet class="dev.weft.rxjava.snippets.RxSnippetsTest" region="using"}
     *
     * @param acquire gives the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @return the result of {@code use}
     * @throws X what {@code use} threw, with what {@code release} threw suppressed; if only {@code release} threw, that,
     *     and the result is discarded. What {@code acquire} failed with is thrown as by {@link #await(Single)}
     */
    public static <R, T extends @Nullable Object, X extends Exception> T using(
            Single<R> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncFunction<? super R, T, ? extends X> use)
            throws X {
        Objects.requireNonNull(acquire, "acquire");
        return Adapters.using(new ObserverAwait<R>(acquire, AwaitMode.ONE), release, use);
    }

    /**
     * Acquires a resource from a Single, uses it without a result, and releases it.
     *
     * @param acquire gives the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @throws X what one of them threw
     * @see #using(Single, AsyncConsumer, AsyncFunction)
     */
    @SuppressWarnings("overloads") // AsyncFunction says which one a lambda that fits both selects
    public static <R, X extends Exception> void using(
            Single<R> acquire, AsyncConsumer<? super R, ? extends X> release, AsyncConsumer<? super R, ? extends X> use)
            throws X {
        Objects.requireNonNull(use, "use");
        AsyncFunction<R, @Nullable Void, X> ignoring = resource -> {
            use.accept(resource);
            return null;
        };
        using(acquire, release, ignoring);
    }

    // --- convert

    /**
     * {@return a Single that awaits something for each observer: it starts a cold coroutine, or joins a started one,
     * which disposing of the subscription does not cancel}
     *
     * @param awaitable what to await
     */
    @SuppressWarnings("unchecked")
    public static <T> Single<T> asSingle(Awaitable<? extends T> awaitable) {
        Objects.requireNonNull(awaitable, "awaitable");
        return awaitable instanceof Coroutine<? extends T> coroutine
                ? coroutine.as(Single.class)
                : single(awaitable::await);
    }

    /**
     * {@return a Maybe that awaits something for each observer; see {@link #asSingle}}
     *
     * @param awaitable what to await; a null result makes the Maybe empty
     */
    @SuppressWarnings("unchecked")
    public static <T> Maybe<T> asMaybe(Awaitable<? extends @Nullable T> awaitable) {
        Objects.requireNonNull(awaitable, "awaitable");
        return awaitable instanceof Coroutine<? extends @Nullable T> coroutine
                ? coroutine.as(Maybe.class)
                : maybe(awaitable::await);
    }

    /**
     * {@return a Completable that awaits something for each observer; see {@link #asSingle}}
     *
     * @param awaitable what to await; a value is discarded
     */
    public static Completable asCompletable(Awaitable<?> awaitable) {
        Objects.requireNonNull(awaitable, "awaitable");
        return awaitable instanceof Coroutine<?> coroutine
                ? coroutine.as(Completable.class)
                : CoroutineCompletable.of(awaitable::await, CoroutineOptions.NONE);
    }

    /**
     * {@return a Flowable with the values of a publisher, demand for demand}
     *
     * @param publisher where the values come from
     */
    @SuppressWarnings("unchecked")
    public static <T> Flowable<T> asFlowable(Flow.Publisher<? extends T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        if (publisher instanceof AsyncStream<?> stream)
            return GeneratorFlowable.of(Adapters.generator((AsyncStream<T>) stream), Adapters.options(stream));
        Publisher<? extends T> bridged = FlowAdapters.toPublisher(publisher);
        return Flowable.fromPublisher(bridged);
    }

    // --- where

    /**
     * {@return a dispatcher that runs each coroutine on a worker of a scheduler, as {@code observeOn} takes one for a
     * subscriber} Members have workers of their own. A worker is released after the last turn of its coroutine. Make
     * one dispatcher and keep it: its first turn looks for monitors, which takes a while.
     *
     * <p>A coroutine fails with a {@link java.util.concurrent.RejectedExecutionException} if the scheduler accepts no
     * more turns because it was shut down (RxJava reports that to {@code RxJavaPlugins.onError} as well); with an
     * {@link IllegalStateException} if it runs a turn inside the call that submits it, as
     * {@code Schedulers.trampoline()} does, or on a virtual thread, or inside {@code synchronized}. It then cleans up
     * on the JDK's scheduler. If a scheduler loses turns when it is shut down, that is noticed when the coroutine is
     * cancelled.
     *
     * @apiNote A worker of {@code Schedulers.io()} and {@code newThread()} is a thread, which waits as long as the coroutine does.
     * @param scheduler the scheduler whose workers run the turns; its threads must be platform threads
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     * @see Dispatcher#on
     */
    public static Dispatcher on(Scheduler scheduler) {
        Objects.requireNonNull(scheduler, "scheduler");
        return Adapters.dispatcher(
                CoroutineOptions.onWorkers("RxAsync.on(scheduler)", () -> new SchedulerWorker(scheduler)));
    }

    // --- how

    @SuppressWarnings("NullAway") // these modes throw rather than return null
    private static <T> T required(AwaitCell<T> cell) {
        return cell.await();
    }
}
