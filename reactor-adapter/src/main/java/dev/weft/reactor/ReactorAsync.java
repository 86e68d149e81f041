package dev.weft.reactor;

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
import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import dev.weft.spi.VirtualTime;
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
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.CorePublisher;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/**
 * The verbs of await-style code for Reactor's types, for {@code import static} beside {@link Async}.
 *
 * <p>Every await subscribes on the current thread, with the coroutine's context, parks it, and continues on it. It is
 * checked for cancellation before it subscribes; cancelling it cancels the subscription. A {@code Mono} is awaited to
 * its terminal signal, so that what happens upstream, such as a commit, has happened. Null arguments are refused with a
 * {@link NullPointerException} that names them, threads that must not block ({@code Schedulers.parallel()}, event
 * loops) with an {@link IllegalStateException}, both before anything is subscribed to.
 *
 * <p>Errors come out as the same instance if they are unchecked; checked, inside {@link AwaitException}, or as
 * themselves where their class is named, by {@link Async#throwing} or as the second argument of {@code await}. What
 * arrives too late goes to Reactor's hooks: values to {@code doOnDiscard}, or {@link dev.weft.Hooks#onDiscard} where
 * there is none; errors to {@code Hooks.onErrorDropped}.
 *
 * <p>The members, in this order:
 *
 * <ul>
 *   <li>await: {@link #await(Mono) await}, {@link #awaitOptional}, {@link #awaitSingle}, {@link #awaitDone},
 *       {@link #awaitFirst}, {@link #awaitLast}
 *   <li>build: {@link #mono}, {@link #flux}
 *   <li>several at once: {@link #awaitable}
 *   <li>streams: {@link #each}, {@link #collect}, {@link #stream}, {@link #mapFlux}, {@link #toInputStream}
 *   <li>resources: {@link #using}
 *   <li>convert: {@link #asMono}, {@link #asFlux}
 *   <li>context: {@link #contextView}
 *   <li>where: {@link #on}
 * </ul>
 *
 * @since 0.1
 */
public final class ReactorAsync {
    private static final int PREFETCH = 32;

    private ReactorAsync() {}

    // --- await

    /**
     * Waits for a Mono to end.
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="await"}
     *
     * @apiNote With Reactor's automatic context propagation, a Mono that {@code Mono.fromDirect} makes from a foreign
     *     publisher ends at its value, although the publisher goes on. Where the publisher's end matters, such as a
     *     commit, await the publisher itself: {@code awaitLast(publisher)}, or
     *     {@code awaitSingle(Flux.from(publisher))}.
     * @param mono what to wait for
     * @return its value, or null if it is empty
     */
    public static <T> @Nullable T await(Mono<T> mono) {
        Objects.requireNonNull(mono, "mono");
        return take(mono, AwaitMode.MAYBE);
    }

    /**
     * Waits for a Mono to end, and throws the named checked exception as itself.
     *
     * @param mono what to wait for
     * @param type the checked exception
     * @return its value, or null if it is empty
     * @throws X if it failed with that
     */
    public static <T, X extends Exception> @Nullable T await(Mono<T> mono, Class<X> type) throws X {
        return Async.<@Nullable T, X, RuntimeException>throwing(type, () -> await(mono));
    }

    /**
     * Waits for a Mono to end.
     *
     * @param mono what to wait for
     * @return its value, if there is one
     */
    public static <T> Optional<T> awaitOptional(Mono<T> mono) {
        return Optional.ofNullable(await(mono));
    }

    /**
     * Waits for a Mono to end that has a value.
     *
     * @param mono what to wait for
     * @return its value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitSingle(Mono<T> mono) {
        Objects.requireNonNull(mono, "mono");
        return required(mono, AwaitMode.ONE);
    }

    /**
     * Waits for a Flux to end that has exactly one value.
     *
     * @apiNote Not for a value that must be consumed before its source can end, such as a {@code Result} of R2DBC, a
     *     group, a window or a part of a request: it would wait forever. Await what is in it, {@code
     *     collect(flux.flatMap(result -> result.map(row)), max)}, or consume it in a loop over {@link #each(Flux)}, or
     *     with {@link #awaitFirst(Publisher)}.
     * @param flux what to wait for
     * @return its value
     * @throws dev.weft.NoValueException if it is empty
     * @throws dev.weft.TooManyValuesException if it has a second value; it is then cancelled and both are discarded
     */
    public static <T> T awaitSingle(Flux<T> flux) {
        Objects.requireNonNull(flux, "flux");
        return required(flux, AwaitMode.SINGLE);
    }

    /**
     * Waits for a Mono to end, and discards its value.
     *
     * @param mono what to wait for
     */
    public static void awaitDone(Mono<?> mono) {
        Objects.requireNonNull(mono, "mono");
        take(mono, AwaitMode.NONE);
    }

    /**
     * Waits for the first value: requests one, and cancels the rest. Not for sources whose completion matters, such as
     * transactions.
     *
     * @param publisher what to wait for
     * @return its first value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitFirst(Publisher<T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        return required(publisher, AwaitMode.FIRST);
    }

    /**
     * Waits for the end and returns the last value; the others are discarded.
     *
     * @apiNote Not for values that must be consumed before their source can end, as with {@link #awaitSingle(Flux)}.
     * @param publisher what to wait for
     * @return its last value
     * @throws dev.weft.NoValueException if it is empty
     */
    public static <T> T awaitLast(Publisher<T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        return required(publisher, AwaitMode.LAST);
    }

    // --- build

    /**
     * {@return a cold Mono that runs a body in a coroutine of its own for each subscriber}
     *
     * <p>The coroutine starts after {@code onSubscribe} has returned, on a new virtual thread, with the subscriber's context, and
     * signals from there; a result that nobody has requested yet waits, and is delivered by the requesting thread. Cancelling
     * the subscription cancels the coroutine and never waits for it.
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="mono"}
     *
     * @apiNote The body may block, and needs no {@code subscribeOn(boundedElastic())}: it has a virtual thread of its own.
     * @param body what to run; a null result makes the Mono empty, what it throws is the Mono's error, checked or not
     */
    public static <T> Mono<T> mono(Callable<? extends @Nullable T> body) {
        return CoroutineMono.of(body, CoroutineOptions.NONE);
    }

    /**
     * {@return a cold Mono that runs a body without a result in a coroutine of its own for each subscriber} It is empty: it completes
     * when the body has returned and all that it started has ended. Everything else is as with {@link #mono(Callable)}.
     *
     * @param body what to run; what it throws is the Mono's error, checked or not
     */
    public static Mono<Void> mono(AsyncAction<?> body) {
        return mono(callable(body));
    }

    /**
     * {@return the same as {@link #mono(Callable)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static <T> Mono<T> mono(Dispatcher dispatcher, Callable<? extends @Nullable T> body) {
        return CoroutineMono.of(body, Adapters.options(dispatcher));
    }

    /**
     * {@return the same as {@link #mono(AsyncAction)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param body what to run
     */
    public static Mono<Void> mono(Dispatcher dispatcher, AsyncAction<?> body) {
        return mono(dispatcher, callable(body));
    }

    private static Callable<@Nullable Void> callable(AsyncAction<?> body) {
        Objects.requireNonNull(body, "body");
        return () -> {
            body.run();
            return null;
        };
    }

    /**
     * {@return a cold Flux that runs a generator in a coroutine of its own for each subscriber} Emitting waits for demand;
     * nothing is buffered.
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="flux"}
     *
     * @param generator makes the values
     */
    public static <T> Flux<T> flux(Generator<T> generator) {
        return GeneratorFlux.of(generator, CoroutineOptions.NONE);
    }

    /**
     * {@return the same as {@link #flux(Generator)}, with coroutines that run on a dispatcher}
     *
     * @param dispatcher where they run
     * @param generator makes the values
     */
    public static <T> Flux<T> flux(Dispatcher dispatcher, Generator<T> generator) {
        return GeneratorFlux.of(generator, Adapters.options(dispatcher));
    }

    // --- several at once

    /**
     * {@return a Mono as something to await, for {@code gather}, {@code race} and {@code TaskGroup.start}, where it needs no
     * thread; its result is null if it is empty}
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="awaitable"}
     *
     * @param mono the Mono
     */
    public static <T> Awaitable<T> awaitable(Mono<T> mono) {
        return new MonoAwaitable<>(Objects.requireNonNull(mono, "mono"));
    }

    // --- streams

    /**
     * Subscribes to a Flux and iterates over it, requesting up to 32 values ahead.
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="each"}
     *
     * @apiNote A value that is valid only during its signal, such as a message of a WebSocket or a pooled buffer, has
     *     been released when the loop gets it. Copy what is needed from it, or retain it, upstream of the loop:
     *     {@code each(messages.map(Message::text))}.
     *     <p>The source stays open while the body runs, and what it holds stays busy. A statement on the connection
     *     that the loop's rows come from waits for the rows, and the rows wait for the loop: forever, if there are more
     *     rows than fit in the buffers between, some hundred. Collect them first:
     *     {@code for (int id : collect(ids, 10_000))}.
     * @param flux where the values come from
     * @return the iterator, to be closed
     */
    public static <T> AsyncIterator<T> each(Flux<T> flux) {
        return each(flux, PREFETCH);
    }

    /**
     * Subscribes to a Flux and iterates over it.
     *
     * @param flux where the values come from
     * @param prefetch how many values may be requested ahead, at least 0; when three quarters of them are consumed, as
     *     many are requested again; with 0, one is requested whenever the loop waits for it
     * @return the iterator, to be closed
     * @see #each(Flux)
     */
    public static <T> AsyncIterator<T> each(Flux<T> flux, int prefetch) {
        Objects.requireNonNull(flux, "flux");
        var cell = new PublisherIteration<T>(flux, prefetch);
        cell.open();
        return Adapters.iterator(cell);
    }

    /**
     * {@return all values of a Flux, in order}
     *
     * @param flux what to wait for
     * @param max how many there may be, at least 0
     * @throws dev.weft.TooManyValuesException if there are more; the Flux is cancelled and the values are discarded
     */
    public static <T> List<T> collect(Flux<T> flux, int max) {
        return each(flux).collect(max);
    }

    /**
     * {@return a Flux as a cold, neutral stream}
     *
     * @param flux where the values come from
     */
    public static <T> AsyncStream<T> stream(Flux<T> flux) {
        Objects.requireNonNull(flux, "flux");
        return Async.stream(out -> out.emitAll(each(flux)));
    }

    /**
     * {@return for {@code flux.transform(…)}: applies a function that may await to each value, each in its own
     * coroutine}
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="mapFlux"}
     *
     * @apiNote This is {@code flatMapSequential}, which loses results that are ready but not yet passed on when the
     *     subscriber cancels. Where a result holds something, such as a connection, {@code
     *     asFlux(stream(flux).mapConcurrent(concurrency, function))} loses none.
     * @param concurrency how many coroutines at a time, at least 1; results come in the order of the values
     * @param function what to do; values for which it returns null are left out
     */
    public static <A, B> Function<Flux<A>, Flux<B>> mapFlux(
            int concurrency, AsyncFunction<? super A, ? extends @Nullable B, ?> function) {
        if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
        Objects.requireNonNull(function, "function");
        return flux -> flux.flatMapSequential(value -> mono(() -> function.apply(value)), concurrency);
    }

    /**
     * The earlier name of {@link #mapFlux}.
     *
     * @deprecated RxJava's adapter had the same word with the same parameters, so that the compiler could not choose
     */
    @Deprecated(since = "0.1", forRemoval = true)
    public static <A, B> Function<Flux<A>, Flux<B>> mapAwait(
            int concurrency, AsyncFunction<? super A, ? extends @Nullable B, ?> function) {
        return mapFlux(concurrency, function);
    }

    /**
     * {@return the bytes of a Flux's buffers, whose type a library returns to its pool, such as Spring's
     * {@code DataBuffer}; see {@link ByteStreams#toInputStream(Flow.Publisher, Function, Consumer)}} Nothing is queued
     * in between, so no buffer can get lost.
     *
     * @param flux where the buffers come from, subscribed to now, in the current context
     * @param content the bytes of a buffer, valid until it is released
     * @param release releases a buffer
     */
    public static <B> InputStream toInputStream(
            Flux<? extends B> flux, Function<? super B, ByteBuffer> content, Consumer<? super B> release) {
        Objects.requireNonNull(flux, "flux");
        Scope here = Scope.surrounding();
        ContextView context = ReactorContext.toReactor(ReactorContext.captured(here == null ? null : here.context()));
        Flow.Publisher<? extends B> source = JdkFlowAdapter.publisherToFlowPublisher(flux.contextWrite(context));
        return ByteStreams.toInputStream(VirtualTime.inStep(ReactorBackend.INSTANCE, source), content, release);
    }

    // --- resources

    /**
     * Acquires a resource from a Mono, uses it, and releases it, whatever happens: as {@link Async#using(AsyncBody,
     * AsyncConsumer, AsyncFunction)}, without a coroutine for the acquisition.
     *
     * <p>A caller that is cancelled while it waits leaves at once; not before the source has returned from being
     * subscribed to, which is not interrupted. The subscription is not cancelled: a resource that arrives late is
     * released by a coroutine of its own, on a virtual thread, with this context and without thread-locals that are not
     * part of it; a late failure goes to the dropped-error hook. What goes on after the caller has left is in no dump.
     *
     * {@snippet class="dev.weft.reactor.snippets.ReactorSnippetsTest" region="using"}
     *
     * @param acquire gives the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @return the result of {@code use}
     * @throws X what {@code use} threw, with what {@code release} threw suppressed; if only {@code release} threw, that,
     *     and the result is discarded. What {@code acquire} failed with is thrown as by {@link #awaitSingle(Mono)}
     */
    public static <R, T extends @Nullable Object, X extends Exception> T using(
            Mono<R> acquire,
            AsyncConsumer<? super R, ? extends X> release,
            AsyncFunction<? super R, T, ? extends X> use)
            throws X {
        Objects.requireNonNull(acquire, "acquire");
        return Adapters.using(new PublisherAwait<R>(acquire, AwaitMode.ONE), release, use);
    }

    /**
     * Acquires a resource from a Mono, uses it without a result, and releases it.
     *
     * @param acquire gives the resource
     * @param release gives it back; it may await
     * @param use what to do with it
     * @throws X what one of them threw
     * @see #using(Mono, AsyncConsumer, AsyncFunction)
     */
    @SuppressWarnings("overloads") // AsyncFunction says which one a lambda that fits both selects
    public static <R, X extends Exception> void using(
            Mono<R> acquire, AsyncConsumer<? super R, ? extends X> release, AsyncConsumer<? super R, ? extends X> use)
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
     * {@return a Mono that awaits something for each subscriber: it starts a cold coroutine, or joins a started one,
     * which cancelling the subscription does not cancel}
     *
     * @param awaitable what to await
     */
    @SuppressWarnings("unchecked")
    public static <T> Mono<T> asMono(Awaitable<? extends @Nullable T> awaitable) {
        Objects.requireNonNull(awaitable, "awaitable");
        return awaitable instanceof Coroutine<? extends @Nullable T> coroutine
                ? coroutine.as(Mono.class)
                : mono(awaitable::await);
    }

    /**
     * {@return a Flux with the values of a publisher, demand for demand}
     *
     * @param publisher where the values come from; a stream of Weft runs with the subscriber's context
     */
    @SuppressWarnings("unchecked")
    public static <T> Flux<T> asFlux(Flow.Publisher<? extends T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        if (publisher instanceof AsyncStream<?> stream)
            return GeneratorFlux.of(Adapters.generator((AsyncStream<T>) stream), Adapters.options(stream));
        return JdkFlowAdapter.flowPublisherToFlux((Flow.Publisher<T>) publisher);
    }

    // --- context

    /** {@return the context of the current coroutine, as Reactor's; the empty one outside of any coroutine} */
    public static ContextView contextView() {
        Scope scope = Scope.current();
        return ReactorContext.toReactor(scope == null ? null : scope.context());
    }

    // --- where

    /**
     * {@return a dispatcher that runs each coroutine on a worker of a scheduler, as {@code publishOn} takes one for a
     * subscriber} Members have workers of their own. A worker is released after the last turn of its coroutine. Make
     * one dispatcher and keep it: its first turn looks for monitors, which takes a while.
     *
     * <p>A coroutine fails with a {@link java.util.concurrent.RejectedExecutionException} if the scheduler accepts no
     * more turns because it was shut down; with an {@link IllegalStateException} if it runs a turn inside the call that
     * submits it, as {@code Schedulers.immediate()} does, and as all do under {@code StepVerifier.withVirtualTime}, or
     * on a virtual thread, or inside {@code synchronized}. It then cleans up on the JDK's scheduler. If a scheduler
     * loses turns when it is shut down, that is noticed when the coroutine is cancelled.
     *
     * @param scheduler the scheduler whose workers run the turns; its threads must be platform threads
     * @throws IllegalStateException if the JDK is older than 24 or the flag is missing; the message says what to add
     * @see Dispatcher#on
     */
    public static Dispatcher on(Scheduler scheduler) {
        Objects.requireNonNull(scheduler, "scheduler");
        return Adapters.dispatcher(
                CoroutineOptions.onWorkers("ReactorAsync.on(scheduler)", () -> new SchedulerWorker(scheduler)));
    }

    // --- how

    /** Awaits a value: reads it if it is ready, else subscribes. */
    static <T> @Nullable T take(Publisher<? extends T> source, AwaitMode take) {
        if (take != AwaitMode.NONE && source instanceof Callable<?> ready && isBare(source))
            return read(source, ready, take);
        return new PublisherAwait<T>(source, take).await();
    }

    @SuppressWarnings("NullAway") // these modes throw rather than return null
    private static <T> T required(Publisher<? extends T> source, AwaitMode take) {
        return take(source, take);
    }

    /** Whether subscribing would do no more than calling does: no hook has wrapped the source, or would. */
    private static boolean isBare(Publisher<?> source) {
        return source instanceof Fuseable
                && source instanceof CorePublisher<?> publisher
                && Operators.onLastAssembly(publisher) == publisher;
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable T read(Publisher<? extends T> source, Callable<?> ready, AwaitMode take) {
        Scope.requireMayWait(take.operation());
        T value;
        try {
            value = (T) ready.call();
        } catch (Throwable failure) {
            if (ready instanceof Fuseable.ScalarCallable)
                return new PublisherAwait<T>(source, take).await(); // as it is
            Scope here = Scope.current();
            if (here == null ? Failures.isEcho(failure) : here.isEcho(failure)) checkpointBehind(failure);
            throw Failures.thrown(Exceptions.unwrap(failure));
        }
        if (value == null && take != AwaitMode.MAYBE)
            throw Host.get().noValue(take.noValue(source.getClass().getName()));
        return value;
    }

    private static void checkpointBehind(Throwable failure) {
        try {
            Async.checkpoint();
        } catch (Throwable cancelled) {
            Failures.suppress(cancelled, failure);
            throw cancelled;
        }
    }
}
