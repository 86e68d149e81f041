package dev.weft;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A cold stream that belongs to no library: each subscription runs its generator in a coroutine of its own. As a
 * {@link Flow.Publisher} it is taken by frameworks and by both engines without an adapter.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class AsyncStream<T> implements Flow.Publisher<T> {
    private final CoroutineOptions options;
    private final int prefetch;
    private final Generator<T> generator;

    AsyncStream(CoroutineOptions options, Generator<T> generator) {
        this(options, Async.PREFETCH, generator);
    }

    private AsyncStream(CoroutineOptions options, int prefetch, Generator<T> generator) {
        this.options = options;
        this.prefetch = prefetch;
        this.generator = Objects.requireNonNull(generator, "generator");
    }

    /** A stream that an operator makes of this one: what was said of this one holds for it too. */
    private <R> AsyncStream<R> alike(Generator<R> changed) {
        return new AsyncStream<>(options, prefetch, changed);
    }

    /**
     * Runs the generator for a subscriber, on a new coroutine, which starts after {@code onSubscribe} has returned. Never
     * blocks. Values are emitted as they are requested.
     */
    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        var task = new FlowTask<T>(subscriber, generator, options, Async.backend(), Async.context());
        subscriber.onSubscribe(task);
        task.start();
    }

    /**
     * {@return this stream on a dispatcher, where the coroutine of each subscriber runs} What operators make of it runs there too, up
     * to the next {@code on}.
     */
    public AsyncStream<T> on(Dispatcher dispatcher) {
        return new AsyncStream<>(options.on(Dispatcher.optionsOf(dispatcher)), prefetch, generator);
    }

    Generator<T> generator() {
        return generator;
    }

    CoroutineOptions options() {
        return options;
    }

    /**
     * {@return this stream, of which a loop, or whatever else is built on {@link Async#each}, asks for so many values in advance}
     * Without it these are 32, but none of a {@link #fromListener listener's}, which would be stale by the time the loop gets to them.
     *
     * @param count how many, at least 0; with 0, a value is asked for when the loop waits for it
     */
    public AsyncStream<T> prefetch(int count) {
        if (count < 0) throw new IllegalArgumentException("prefetch must be at least 0, is " + count);
        return new AsyncStream<>(options, count, generator);
    }

    int prefetch() {
        return prefetch;
    }

    /** {@return an iterator over this stream; see {@link Async#each}} */
    public AsyncIterator<T> each() {
        return Async.each(this);
    }

    /** Calls an action for each value, on the current thread, until the stream ends. Its failure cancels the stream. */
    public void forEach(Consumer<? super T> action) {
        Objects.requireNonNull(action, "action");
        try (IterationCell<T> values = Async.opened(this)) {
            while (values.hasNext()) action.accept(values.next());
        }
    }

    /**
     * {@return all values, in order}
     *
     * @param max how many there may be, at least 0
     * @throws TooManyValuesException if there are more; the stream is cancelled and the values are discarded
     */
    public List<T> collect(int max) {
        return each().collect(max);
    }

    // --- operators: each runs its stream in the coroutine of its own subscriber, and requests value for value

    /**
     * {@return this stream with each value replaced by what a function makes of it} A value is made when it is asked for.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="map"}
     *
     * @param function what to do with a value; it may await
     */
    public <R> AsyncStream<R> map(Function<? super T, ? extends R> function) {
        Objects.requireNonNull(function, "function");
        return piped((value, out) -> {
            out.emit(function.apply(value));
            return true;
        });
    }

    /**
     * {@return this stream without the values for which a test fails} They are dropped, not discarded; for each value that is asked
     * for, the stream runs on until one passes.
     *
     * @param test whether a value stays; it may await
     */
    public AsyncStream<T> filter(Predicate<? super T> test) {
        Objects.requireNonNull(test, "test");
        return piped((value, out) -> {
            if (test.test(value)) out.emit(value);
            return true;
        });
    }

    /**
     * {@return the first values of this stream} It is cancelled behind the last of them, and has ended when this completes. No more
     * than these are asked for.
     *
     * @param count how many, at least 0; for none, this stream is not started
     */
    public AsyncStream<T> take(long count) {
        if (count < 0) throw new IllegalArgumentException("count must not be negative, is " + count);
        if (count == 0) return alike(out -> {});
        return alike(out -> {
            var left = new AtomicLong(count);
            PipeScope.runAsDemanded(generator, out, value -> {
                out.emit(value);
                return left.decrementAndGet() > 0;
            });
        });
    }

    /**
     * {@return this stream up to a signal} When the signal has come, no further value is asked for or taken, and a wait for the next
     * one ends at once: this stream is cancelled, and what is queued in it is discarded. What was taken before is finished, by whatever
     * is behind this, such as a {@link #mapConcurrent} and its results; then the stream completes. So a service takes no new work and
     * leaves none half done. If the signal is there already, this stream is not started. A loop over the result asks for one value
     * at a time, unless {@link #prefetch} says otherwise behind this.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="takeUntil"}
     *
     * @param signal what to wait for, anew for each subscriber: a {@link Deferred}, a {@link Coroutine}, which is started, a library's
     *     source as an {@link Async#awaitable}, …; its value is discarded, and its failure, or that it was cancelled, is the failure of
     *     the stream. When the stream ends first, the wait is cancelled
     */
    public AsyncStream<T> takeUntil(Awaitable<?> signal) {
        Objects.requireNonNull(signal, "signal");
        return new AsyncStream<>(
                options, 0, out -> new UntilScope(Objects.requireNonNull(Scope.current())).run(generator, out, signal));
    }

    /**
     * {@return this stream with a function applied to several values at a time, each in a coroutine of its own; the results keep
     * the order of the values} A failure comes behind the results of the values before it, and cancels the others. The next
     * value is asked for when less than {@code concurrency} are under way, that is, not yet emitted.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="mapConcurrent"}
     *
     * @param concurrency how many at a time, at least 1
     * @param function what to do with a value; it may await
     */
    public <R> AsyncStream<R> mapConcurrent(int concurrency, Function<? super T, ? extends R> function) {
        return concurrently(concurrency, function, true);
    }

    /**
     * {@return this stream with a function applied to several values at a time, each in a coroutine of its own; the results come as
     * they are ready} The first failure cancels the others.
     *
     * @param concurrency how many at a time, at least 1
     * @param function what to do with a value; it may await
     * @see #mapConcurrent
     */
    public <R> AsyncStream<R> mapConcurrentUnordered(int concurrency, Function<? super T, ? extends R> function) {
        return concurrently(concurrency, function, false);
    }

    /**
     * {@return this stream with a function applied to several values at a time, but to one of each key, in the order of the values; each
     * in a coroutine of its own} The results come as they are ready, those of one key in order. Up to 32 values wait for their key
     * beside those under way.
     *
     * @param concurrency how many at a time, at least 1
     * @param keyOf what must not run at the same time: its results are compared by {@code equals}, and must not be null. There may be any
     *     number of keys; one without values costs nothing
     * @param function what to do with a value; it may await
     * @see #mapConcurrentByKey(int, int, Function, Function)
     */
    public <K, R> AsyncStream<R> mapConcurrentByKey(
            int concurrency, Function<? super T, ? extends K> keyOf, Function<? super T, ? extends R> function) {
        return mapConcurrentByKey(concurrency, Async.PREFETCH, keyOf, function);
    }

    /**
     * {@return this stream with a function applied to several values at a time, but to one of each key, in the order of the values; each
     * in a coroutine of its own} The next value of a key is begun when the result of the one before has been emitted, and all that its
     * function has started is over. The results come as they are ready, those of one key in order. The first failure cancels the others;
     * values whose turn has not come are discarded then, and when the stream is cancelled.
     *
     * @param concurrency how many at a time, at least 1
     * @param readAhead how many values may wait beside those under way, at least 0: when so many have the same few keys, other
     *     keys wait behind them
     * @param keyOf what must not run at the same time: its results are compared by {@code equals}, and must not be null. There may be any
     *     number of keys; one without values costs nothing
     * @param function what to do with a value; it may await
     */
    public <K, R> AsyncStream<R> mapConcurrentByKey(
            int concurrency,
            int readAhead,
            Function<? super T, ? extends K> keyOf,
            Function<? super T, ? extends R> function) {
        requireConcurrency(concurrency);
        if (readAhead < 0) throw new IllegalArgumentException("readAhead must not be negative, is " + readAhead);
        Objects.requireNonNull(keyOf, "keyOf");
        Objects.requireNonNull(function, "function");
        return inGroup((group, out) -> {
            var mapping = new KeyedMapping<K, T, R>(group, out.concurrent(), concurrency, readAhead, keyOf, function);
            PipeScope.run(generator, out, mapping::start);
        });
    }

    private static void requireConcurrency(int concurrency) {
        if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
    }

    private <R> AsyncStream<R> concurrently(
            int concurrency, Function<? super T, ? extends R> function, boolean ordered) {
        requireConcurrency(concurrency);
        Objects.requireNonNull(function, "function");
        return inGroup((group, out) -> {
            var mapping = new ConcurrentMapping<T, R>(group, out.concurrent(), concurrency, function, ordered);
            PipeScope.run(generator, out, mapping::start);
        });
    }

    /**
     * {@return the values of this stream and of others, as they come} Each stream has a coroutine and is asked for a value when its
     * last one has been emitted; they take turns. The first failure cancels the others.
     *
     * @param others the other streams
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final AsyncStream<T> merge(AsyncStream<? extends T>... others) {
        List<AsyncStream<? extends T>> all = new ArrayList<>(List.of(others));
        all.add(0, this);
        return inGroup((group, out) -> {
            out.concurrent();
            for (AsyncStream<? extends T> each : all) each.startInto(group, out);
        });
    }

    private void startInto(GroupScope group, Emitter<? super T> out) {
        group.start(new Coroutine<>(Async.asCallable(() -> generateInto(out)), options));
    }

    private void generateInto(Emitter<? super T> out) throws Exception {
        PipeScope.runAsDemanded(generator, out, value -> {
            out.emit(value);
            return true;
        });
    }

    /**
     * {@return the values of this stream in lists} A list is emitted when it is full, or some time after its first value; the last
     * one before the end or the failure. While a list waits to be asked for, so does this stream. Values of a list that was not
     * full when the stream was cancelled are discarded; one that was, is discarded as a list.
     *
     * @param size how many values fill a list, at least 1
     * @param time how long a list waits to be filled, on the clock of the backend
     */
    public AsyncStream<List<T>> chunked(int size, Duration time) {
        if (size < 1) throw new IllegalArgumentException("size must be at least 1, is " + size);
        Objects.requireNonNull(time, "time");
        return alike(out -> {
            var group = new GroupScope(Objects.requireNonNull(Scope.current()));
            var chunks = new Chunks<T>(group, out, size, time);
            try {
                group.<@Nullable Void>run(members -> {
                    collectInto(chunks, out);
                    return null;
                });
            } finally {
                chunks.discard();
            }
        });
    }

    private void collectInto(Chunks<T> chunks, Emitter<?> out) throws Exception {
        try {
            PipeScope.run(generator, out, value -> {
                chunks.add(value);
                return true;
            });
        } catch (Exception failure) {
            if (!isCancelled()) chunks.flush();
            throw failure;
        }
        chunks.flush();
    }

    /**
     * {@return this stream, failing with a {@link java.util.concurrent.TimeoutException} when a value takes too long} The time runs
     * while this stream is asked for a value, not while nothing is asked for. When it is over, the stream is cancelled.
     *
     * @param limit how long a value, or the end, may take; on the clock of the backend
     */
    public AsyncStream<T> timeout(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return alike(out -> {
            var gap = TimeoutScope.ofAnOperator(Objects.requireNonNull(Scope.current()), limit);
            gap.<@Nullable Void>run(() -> {
                PipeScope.run(generator, out, value -> {
                    gap.pause();
                    out.emit(value);
                    gap.reset(limit);
                    return true;
                });
                return null;
            });
        });
    }

    /**
     * {@return this stream, begun anew when it fails} Values that were emitted before a failure stay emitted.
     *
     * @param times how often to begin anew, at least 0; the failure behind that is the stream's
     */
    public AsyncStream<T> retry(long times) {
        return retry(times, Duration.ZERO);
    }

    /**
     * {@return this stream, begun anew some time after it fails}
     *
     * @param times how often to begin anew, at least 0; the failure behind that is the stream's
     * @param pause how long to wait before that, on the clock of the backend
     */
    public AsyncStream<T> retry(long times, Duration pause) {
        if (times < 0) throw new IllegalArgumentException("times must not be negative, is " + times);
        Objects.requireNonNull(pause, "pause");
        return alike(out -> {
            for (long left = times; ; left--) {
                try {
                    generateInto(out);
                    return;
                } catch (Exception failure) {
                    if (left == 0 || isCancelled()) throw failure;
                    Async.delay(pause);
                }
            }
        });
    }

    private static boolean isCancelled() {
        return Objects.requireNonNull(Scope.current()).cancellation() != null;
    }

    /** What is done with a value, and where to. */
    @FunctionalInterface
    private interface Step<T, R> {
        boolean pass(T value, Emitter<R> out) throws Exception;
    }

    private <R> AsyncStream<R> piped(Step<? super T, R> step) {
        return alike(out -> PipeScope.runAsDemanded(generator, out, value -> step.pass(value, out)));
    }

    /** What is done in a group. */
    @FunctionalInterface
    private interface InGroup<R> {
        void run(GroupScope group, Emitter<R> out) throws Exception;
    }

    private <R> AsyncStream<R> inGroup(InGroup<R> body) {
        return alike(out -> {
            var group = new GroupScope(Objects.requireNonNull(Scope.current()));
            group.<@Nullable Void>run(members -> {
                body.run(group, out);
                return null;
            });
        });
    }

    // --- conversions

    /**
     * {@return the values of a publisher as a stream; up to 32 are requested ahead}
     *
     * @param publisher where the values come from, subscribed to for each subscriber
     */
    public static <T> AsyncStream<T> from(Flow.Publisher<T> publisher) {
        Objects.requireNonNull(publisher, "publisher");
        if (publisher instanceof AsyncStream<T> stream) return stream;
        return new AsyncStream<>(CoroutineOptions.NONE, out -> PipeScope.emitAll(Async.opened(publisher), out));
    }

    /**
     * {@return what a listener is told, as a stream}
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="fromListener"}
     *
     * <p>Cold: each subscriber, and each loop, registers a listener of its own, on its own coroutine. Values that come faster than
     * they are asked for meet the overflow policy; one leaves the buffer when it is asked for.
     *
     * @param overflow what becomes of values that come too fast; {@link Overflow#suspend} only if the registration sets
     *     {@link ListenerSink#onRequest}
     * @param registration registers the listener
     */
    public static <T> AsyncStream<T> fromListener(Overflow overflow, ListenerBody<T> registration) {
        return new AsyncStream<>(
                CoroutineOptions.NONE, 0, new ListenerIteration.ListenerGenerator<>(overflow, registration));
    }

    /**
     * {@return the values of a collection or any other iterable as a stream}
     *
     * @param values where the values come from, iterated over for each subscriber
     */
    public static <T> AsyncStream<T> from(Iterable<? extends T> values) {
        Objects.requireNonNull(values, "values");
        return new AsyncStream<>(CoroutineOptions.NONE, out -> {
            for (T value : values) out.emit(value);
        });
    }

    /**
     * {@return the values of a Java stream as a stream, for one subscriber; the Java stream is closed at the end}
     *
     * @param values where the values come from, read as they are asked for
     */
    public static <T> AsyncStream<T> from(Stream<? extends T> values) {
        Objects.requireNonNull(values, "values");
        return new AsyncStream<>(CoroutineOptions.NONE, out -> {
            try (values) {
                for (var each = values.iterator(); each.hasNext(); ) out.emit(each.next());
            }
        });
    }

    /**
     * {@return the values of this stream as a Java stream, sequential, for the current thread} It has to be closed, which cancels
     * this stream if it has not ended.
     */
    public Stream<T> toStream() {
        AsyncIterator<T> values = each();
        var split = Spliterators.spliteratorUnknownSize(values, Spliterator.ORDERED | Spliterator.NONNULL);
        return StreamSupport.stream(split, false).onClose(values::close);
    }

    /**
     * {@return this stream as a type of an installed backend}
     *
     * @param type such as {@code Flux.class} or {@code Flowable.class}
     */
    public <N> N as(Class<N> type) {
        return Backends.of(type).createStream(this, type);
    }
}
