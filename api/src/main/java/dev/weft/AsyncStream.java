package dev.weft;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A cold stream that belongs to no library: each subscription runs its generator in a coroutine of its own. As a
 * {@link Flow.Publisher}, it is accepted by frameworks and by every backend as it is.
 *
 * <p>Unless an operator says otherwise, it works in the coroutine of its subscriber, with the subscriber's context and
 * the stream's {@link #on dispatcher}, and so do its functions; it takes a value from this stream when one is requested
 * from it. When its subscriber leaves, it cancels this stream, and what it starts, and completes when all that has
 * ended. A failure of this stream follows the values before it; a failure of a function is the stream's too, and
 * cancels this stream. A function that returns null fails the stream with a {@link NullPointerException}. A value that
 * is left over, or that an operator takes out without showing it to a function, goes to the discard hook.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public final class AsyncStream<T> implements Flow.Publisher<T> {
    /** The prefetch of a stream for which nobody has said one. */
    private static final int UNSAID = -1;

    private final CoroutineOptions options;
    private final int prefetch;
    private final Generator<T> generator;

    AsyncStream(CoroutineOptions options, Generator<T> generator) {
        this(options, UNSAID, generator);
    }

    private AsyncStream(CoroutineOptions options, int prefetch, Generator<T> generator) {
        this.options = options;
        this.prefetch = prefetch;
        this.generator = Objects.requireNonNull(generator, "generator");
    }

    /** The stream that an operator makes of this one, with the same options. */
    private <R> AsyncStream<R> alike(Generator<R> changed) {
        return new AsyncStream<>(options, prefetch, changed);
    }

    /** As {@link #alike}, for what is the newest when it is requested, and would be old if a loop read ahead. */
    private <R> AsyncStream<R> fresh(Generator<R> changed) {
        return new AsyncStream<>(options, 0, changed);
    }

    /**
     * As {@link #alike}, for an operator whose coroutines emit. Where the values must end on the current thread, it is
     * given a coroutine of its own, and a loop here passes them on.
     */
    private <R> AsyncStream<R> concurrent(int ahead, Generator<R> changed) {
        var apart = new AsyncStream<R>(CoroutineOptions.NONE, ahead, changed);
        return new AsyncStream<>(options, ahead, out -> {
            if (PipeScope.endsOnThisThread()) PipeScope.emitAll(Async.opened(apart), out);
            else changed.generate(out);
        });
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
     * {@return this stream on a dispatcher, where the coroutine of each subscriber runs} Streams that operators make of
     * it run there too. A chain of operators has one coroutine, so that the last {@code on} counts.
     */
    public AsyncStream<T> on(Dispatcher dispatcher) {
        return new AsyncStream<>(options.on(Dispatcher.optionsOf(dispatcher)), prefetch, generator);
    }

    /**
     * {@return this stream with a name, for the thread of each subscriber's coroutine} As with {@link #on}, the last one
     * in a chain of operators counts.
     */
    public AsyncStream<T> named(String name) {
        return new AsyncStream<>(options.named(name), prefetch, generator);
    }

    Generator<T> generator() {
        return generator;
    }

    CoroutineOptions options() {
        return options;
    }

    /**
     * {@return this stream, with a number of values that a loop, or anything else built on {@link Async#each}, requests
     * ahead} The default is 32; for a {@link #fromListener listener} it is none, since its values would be stale by the
     * time the loop gets to them.
     *
     * @param count how many, at least 0; with 0, a value is requested when the loop waits for it
     */
    public AsyncStream<T> prefetch(int count) {
        if (count < 0) throw new IllegalArgumentException("prefetch must be at least 0, is " + count);
        return new AsyncStream<>(options, count, generator);
    }

    int prefetch() {
        return prefetch == UNSAID ? Async.PREFETCH : prefetch;
    }

    /** {@return an iterator over this stream; see {@link Async#each}} */
    public AsyncIterator<T> each() {
        return Async.each(this);
    }

    // --- ends: in a coroutine, each runs this stream there, as a call, if it has no place of its own

    /**
     * Calls an action for each value, on the current thread, until the stream ends. Its failure cancels the stream.
     *
     * <p>In a coroutine, this and the other ends run the stream in that coroutine, with no second one between: the next
     * value is made when this one has been dealt with, and the end returns when the generator has ended. The stream has a
     * coroutine of its own, as for {@link #each}, if it has a {@link #on dispatcher}, a {@link #named name} or a
     * {@link #prefetch} of its own, and on a plain thread. To let it go on meanwhile, say {@link #buffer} or a prefetch.
     *
     * @apiNote What members of a generator emit by {@link Emitter#concurrent} comes on their threads, one value after
     *     the other, if the generator runs in this coroutine. Where that matters, as for a lock that the current thread
     *     holds, loop over {@link #each}. Operators such as {@link #merge} keep the action on the current thread.
     * @param action what to do with a value; it may await
     * @throws X what the action throws
     * @throws AwaitException if the stream fails with a checked exception; an unchecked one is thrown as itself
     * @throws CancelledException if the coroutine is cancelled, even if the stream has completed in spite of that
     */
    public <X extends Exception> void forEach(AsyncConsumer<? super T, X> action) throws X {
        drain(PipeScope.End.ON_THIS_THREAD, Objects.requireNonNull(action, "action"));
    }

    /** Calls an action for each value; in a coroutine as a pipe, so that no thread is woken for one. */
    private <X extends Exception> void drain(PipeScope.End end, AsyncConsumer<? super T, X> action) throws X {
        if (runsHere()) {
            PipeScope.<T, X>drain(generator, end, action);
            return;
        }
        try (IterationCell<T> values = Async.opened(this)) {
            while (values.hasNext()) action.accept(values.next());
        }
    }

    /** Whether this stream needs no coroutine of its own here: it has no place, and does not read ahead. */
    private boolean runsHere() {
        return Scope.current() != null
                && prefetch <= 0
                && options.name() == null
                && !options.saysWhere()
                && !(generator instanceof ListenerIteration.ListenerGenerator<T>);
    }

    /**
     * {@return all values, in order}
     *
     * @param max how many there may be, at least 0
     * @throws TooManyValuesException if there are more; the stream is cancelled and the values are discarded
     * @see #forEach
     */
    public List<T> collect(int max) {
        if (max < 0) throw new IllegalArgumentException("max must not be negative, is " + max);
        List<T> collected = new ArrayList<>();
        try {
            drain(PipeScope.End.ON_ANY_THREAD, value -> {
                if (collected.size() == max) {
                    Async.discard(value);
                    throw new TooManyValuesException("collect: more than " + max + " values");
                }
                collected.add(value);
            });
            return collected;
        } catch (Throwable failure) {
            collected.forEach(Async::discard);
            throw failure;
        }
    }

    /**
     * {@return the first value} Only that one is requested; returns when the stream, which is cancelled then, has ended.
     *
     * @throws NoValueException if there is none
     * @see #forEach
     */
    public T first() {
        T value = firstOrNull();
        if (value == null)
            throw new NoValueException(
                    "first: the stream completed without a value; where it may be empty, use firstOrNull");
        return value;
    }

    /** {@return the first value, or null if there is none; as {@link #first}} */
    public @Nullable T firstOrNull() {
        List<T> values = take(1).collect(1);
        return values.isEmpty() ? null : values.get(0);
    }

    /**
     * {@return what a function makes of all values, one after the other} It is called where {@link #forEach} calls its
     * action. Its failure cancels the stream.
     *
     * @param seed what it is given with the first value, and the result if there is none
     * @param function what makes the next result of the one before and a value; it may await
     * @throws X what the function throws
     * @see #forEach
     */
    public <R, X extends Exception> R reduce(R seed, AsyncBiFunction<? super R, ? super T, ? extends R, X> function)
            throws X {
        var result = new AtomicReference<R>(Objects.requireNonNull(seed, "seed"));
        Objects.requireNonNull(function, "function");
        drain(PipeScope.End.ON_THIS_THREAD, value -> result.setPlain(function.apply(result.getPlain(), value)));
        return result.getPlain();
    }

    /**
     * {@return how many values there are; they are discarded}
     *
     * @see #forEach
     */
    public long count() {
        long[] count = new long[1];
        drain(PipeScope.End.ON_ANY_THREAD, value -> {
            count[0]++;
            Async.discard(value);
        });
        return count[0];
    }

    /**
     * Calls an action for each value, in a coroutine of its own, until the stream ends and the last call has returned. A
     * newer value cancels the call for the one before it, and its own call begins when that has ended; so there is one
     * at a time, and the stream waits only while a cancelled one cleans up. The first failure ends everything.
     *
     * @param action what to do with a value; it may await. One that is cancelled before it begins is not called, and its
     *     value is discarded
     * @throws AwaitException if the action fails with a checked exception; an unchecked one is thrown as itself
     * @see #mapLatest
     */
    public void forEachLatest(AsyncConsumer<? super T, ?> action) {
        Objects.requireNonNull(action, "action");
        Async.group(members -> {
            var latest = new Latest<T>((GroupScope) members, action);
            drain(PipeScope.End.ON_ANY_THREAD, latest::start);
        });
    }

    // --- operators: each runs its stream in the coroutine of its own subscriber, and requests one value at a time

    /**
     * {@return this stream with a function applied to each value} A value is computed when it is requested.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="map"}
     *
     * @param function what to do with a value; it may await
     */
    public <R> AsyncStream<R> map(AsyncFunction<? super T, ? extends R, ?> function) {
        Objects.requireNonNull(function, "function");
        return piped((value, out) -> {
            out.emit(present("map", function.apply(value)));
            return true;
        });
    }

    /**
     * {@return this stream without the values for which a test fails} These are left out, not discarded; for each
     * requested value, the stream runs on until one passes.
     *
     * @param test whether a value stays; it may await
     */
    public AsyncStream<T> filter(AsyncFunction<? super T, Boolean, ?> test) {
        Objects.requireNonNull(test, "test");
        return piped((value, out) -> {
            if (test.apply(value)) out.emit(value);
            return true;
        });
    }

    /**
     * {@return the first values of this stream} It is cancelled after the last of them, and has ended when the result
     * completes. No more than these are requested.
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
     * {@return this stream up to the first value for which a test fails} That value is left out, and this stream is
     * cancelled then, as by {@link #take}.
     *
     * @param test whether to go on; it may await
     */
    public AsyncStream<T> takeWhile(AsyncFunction<? super T, Boolean, ?> test) {
        Objects.requireNonNull(test, "test");
        return piped((value, out) -> {
            if (!test.apply(value)) return false;
            out.emit(value);
            return true;
        });
    }

    /**
     * {@return this stream without its first values} These are discarded, when the first value is requested.
     *
     * @param count how many, at least 0
     */
    public AsyncStream<T> skip(long count) {
        if (count < 0) throw new IllegalArgumentException("count must not be negative, is " + count);
        return alike(out -> {
            var left = new AtomicLong(count);
            PipeScope.runAsDemanded(generator, out, value -> {
                if (left.get() == 0) out.emit(value);
                else {
                    left.decrementAndGet();
                    Async.discard(value);
                }
                return true;
            });
        });
    }

    /**
     * {@return what a function makes of the values so far: the seed, then a result for each value} The seed is emitted
     * before this stream starts.
     *
     * @param seed the first value of the result; all subscribers share it, so it should be immutable
     * @param function what makes the next result of the one before and a value; it may await
     */
    public <R> AsyncStream<R> scan(R seed, AsyncBiFunction<? super R, ? super T, ? extends R, ?> function) {
        Objects.requireNonNull(seed, "seed");
        Objects.requireNonNull(function, "function");
        return alike(out -> {
            out.emit(seed);
            var last = new AtomicReference<R>(seed);
            PipeScope.runAsDemanded(generator, out, value -> {
                R next = present("scan", function.apply(last.get(), value));
                last.set(next);
                out.emit(next);
                return true;
            });
        });
    }

    /** {@return this stream without the values that equal the one before them; these are discarded} */
    public AsyncStream<T> distinctUntilChanged() {
        return distinctUntilChanged(value -> value);
    }

    /**
     * {@return this stream without the values whose key equals that of the value before them; these are discarded}
     *
     * @param keyOf the key of a value, compared by {@code equals}, not null; it may await
     */
    public AsyncStream<T> distinctUntilChanged(AsyncFunction<? super T, ?, ?> keyOf) {
        Objects.requireNonNull(keyOf, "keyOf");
        return alike(out -> {
            var last = new AtomicReference<@Nullable Object>();
            PipeScope.runAsDemanded(generator, out, value -> {
                Object key = Objects.requireNonNull(keyOf.apply(value), "key");
                if (key.equals(last.getAndSet(key))) Async.discard(value);
                else out.emit(value);
                return true;
            });
        });
    }

    /**
     * {@return the values of the streams that a function makes of the values, one stream after the other} The next value
     * is taken when the stream of the one before it has ended, and another value is requested. Those streams run in the
     * coroutine of the subscriber too, except for one that is {@link #on} a dispatcher of its own.
     *
     * @param function what makes a stream of a value; it may await
     */
    public <R> AsyncStream<R> concatMap(AsyncFunction<? super T, ? extends AsyncStream<? extends R>, ?> function) {
        Objects.requireNonNull(function, "function");
        return piped((value, out) -> {
            Objects.requireNonNull(function.apply(value), "stream").emitInto(out);
            return true;
        });
    }

    /**
     * {@return the values of the streams that a function makes of the values, several streams at a time, each in a
     * coroutine of its own; the values are emitted as they come} They take turns, and each stream is asked for a value
     * when its previous one has been emitted. The next value is requested from this stream when fewer than
     * {@code concurrency} of those streams are running. The first failure cancels the others.
     *
     * @param concurrency how many at a time, at least 1; for one after the other, see {@link #concatMap}
     * @param function what makes a stream of a value, in the coroutine of that stream; it may await
     */
    public <R> AsyncStream<R> flatMap(
            int concurrency, AsyncFunction<? super T, ? extends AsyncStream<? extends R>, ?> function) {
        requireConcurrency(concurrency);
        Objects.requireNonNull(function, "function");
        return inGroup(prefetch, (group, out) -> {
            out.concurrent();
            var mapping = new ConcurrentMapping<T, AsyncStream<? extends R>>(
                    group, stream -> stream.emitInto(out), concurrency, function, false);
            PipeScope.run(generator, out, mapping::start);
        });
    }

    /**
     * {@return what a function makes of each value, unless a newer value comes first} That cancels the call for the value
     * before it, or discards its result if that waits for demand; its own call begins when that has ended, so there is
     * one at a time. Each call has a coroutine of its own. This stream is asked for values without limit, and waits only
     * while a cancelled call cleans up. Its end lets the last call finish; the first failure, of this stream too,
     * cancels that. A loop over the result requests one value at a time, unless a {@link #prefetch} downstream says
     * otherwise.
     *
     * @param function what to do with a value; it may await. For one that is cancelled before it begins it is not
     *     called, and the value is discarded
     */
    public <R> AsyncStream<R> mapLatest(AsyncFunction<? super T, ? extends R, ?> function) {
        Objects.requireNonNull(function, "function");
        return latest((value, out) -> out.emit(present("mapLatest", function.apply(value))));
    }

    /**
     * {@return the values of the stream that a function makes of the newest value} A newer value cancels that stream, or
     * the function; the rest is as for {@link #mapLatest}.
     *
     * @param function what makes a stream of a value; it may await
     */
    public <R> AsyncStream<R> flatMapLatest(AsyncFunction<? super T, ? extends AsyncStream<? extends R>, ?> function) {
        Objects.requireNonNull(function, "function");
        return latest((value, out) ->
                Objects.requireNonNull(function.apply(value), "stream").emitInto(out));
    }

    /** What is done with the newest value. */
    @FunctionalInterface
    private interface LatestStep<T, R> {
        void run(T value, Emitter<R> out) throws Exception;
    }

    private <R> AsyncStream<R> latest(LatestStep<? super T, R> step) {
        return inGroup(0, (group, out) -> {
            out.concurrent();
            AsyncConsumer<T, Exception> action = value -> step.run(value, out);
            PipeScope.run(generator, out, new Latest<T>(group, action)::start);
        });
    }

    /**
     * {@return this stream up to a signal} Once the signal has come, no further value is requested or taken, and a wait
     * for the next one ends at once: this stream is cancelled, and what is queued in it is discarded. What was taken
     * before is finished by the operators downstream, such as a {@link #mapConcurrent} and its results; then the stream
     * completes. So a service takes no new work and leaves none half done. If the signal is there already, this stream
     * is not started. A loop over the result requests one value at a time, unless a {@link #prefetch} downstream says
     * otherwise.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="takeUntil"}
     *
     * @param signal what to wait for, separately for each subscriber: a {@link Deferred}, a {@link Coroutine}, which is
     *     started, a library's source as an {@link Async#awaitable}, …; its value is discarded, and its failure or
     *     cancellation is the failure of the stream. If the stream ends first, the wait is cancelled
     */
    public AsyncStream<T> takeUntil(Awaitable<?> signal) {
        Objects.requireNonNull(signal, "signal");
        return new AsyncStream<>(
                options, 0, out -> new UntilScope(Objects.requireNonNull(Scope.current())).run(generator, out, signal));
    }

    /**
     * {@return this stream with a function applied to several values at a time, each in a coroutine of its own; the
     * results keep the order of the values} A failure is passed on after the results of the values before it, and
     * cancels the others. The next value is requested when fewer than {@code concurrency} are in progress, that is, not
     * yet emitted.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="mapConcurrent"}
     *
     * @param concurrency how many at a time, at least 1
     * @param function what to do with a value; it may await
     */
    public <R> AsyncStream<R> mapConcurrent(int concurrency, AsyncFunction<? super T, ? extends R, ?> function) {
        return concurrently(concurrency, function, true);
    }

    /**
     * {@return this stream with a function applied to several values at a time, each in a coroutine of its own; the
     * results are emitted as they become ready} The first failure cancels the others.
     *
     * @param concurrency how many at a time, at least 1
     * @param function what to do with a value; it may await
     * @see #mapConcurrent
     */
    public <R> AsyncStream<R> mapConcurrentUnordered(
            int concurrency, AsyncFunction<? super T, ? extends R, ?> function) {
        return concurrently(concurrency, function, false);
    }

    /**
     * {@return this stream with a function applied to several values at a time, but to one value per key, in the order
     * of the values; each in a coroutine of its own} The results are emitted as they become ready, those of one key in
     * order. Up to 32 values wait for their key, besides those in progress.
     *
     * @param concurrency how many at a time, at least 1
     * @param keyOf the key of a value; values with equal keys do not run at the same time. Keys are compared by
     *     {@code equals} and must not be null. There may be any number of keys; one without values costs nothing
     * @param function what to do with a value; it may await
     * @see #mapConcurrentByKey(int, int, AsyncFunction, AsyncFunction)
     */
    public <K, R> AsyncStream<R> mapConcurrentByKey(
            int concurrency,
            AsyncFunction<? super T, ? extends K, ?> keyOf,
            AsyncFunction<? super T, ? extends R, ?> function) {
        return mapConcurrentByKey(concurrency, Async.PREFETCH, keyOf, function);
    }

    /**
     * {@return this stream with a function applied to several values at a time, but to one value per key, in the order of the values; each
     * in a coroutine of its own} The next value of a key begins when the result of the previous one has been emitted, and everything that
     * its function started has ended. The results are emitted as they become ready, those of one key in order. The first failure cancels
     * the others; values whose turn has not come are discarded then, and when the stream is cancelled.
     *
     * @param concurrency how many at a time, at least 1
     * @param readAhead how many values may wait besides those in progress, at least 0: if that many have the same few
     *     keys, other keys wait for them
     * @param keyOf the key of a value; values with equal keys do not run at the same time. Keys are compared by
     *     {@code equals} and must not be null. There may be any number of keys; one without values costs nothing
     * @param function what to do with a value; it may await
     */
    public <K, R> AsyncStream<R> mapConcurrentByKey(
            int concurrency,
            int readAhead,
            AsyncFunction<? super T, ? extends K, ?> keyOf,
            AsyncFunction<? super T, ? extends R, ?> function) {
        requireConcurrency(concurrency);
        if (readAhead < 0) throw new IllegalArgumentException("readAhead must not be negative, is " + readAhead);
        Objects.requireNonNull(keyOf, "keyOf");
        Objects.requireNonNull(function, "function");
        return inGroup(prefetch, (group, out) -> {
            var mapping = new KeyedMapping<K, T, R>(group, out.concurrent(), concurrency, readAhead, keyOf, function);
            PipeScope.run(generator, out, mapping::start);
        });
    }

    private static void requireConcurrency(int concurrency) {
        if (concurrency < 1) throw new IllegalArgumentException("concurrency must be at least 1, is " + concurrency);
    }

    /** {@return the result of the function of an operator} */
    static <R> R present(String operator, @Nullable R result) {
        if (result != null) return result;
        throw new NullPointerException("the function of " + operator
                + " returned null, but a stream has no nulls: filter before it, or return an Optional");
    }

    private <R> AsyncStream<R> concurrently(
            int concurrency, AsyncFunction<? super T, ? extends R, ?> function, boolean ordered) {
        requireConcurrency(concurrency);
        Objects.requireNonNull(function, "function");
        return inGroup(prefetch, (group, out) -> {
            String word = ordered ? "mapConcurrent" : "mapConcurrentUnordered";
            Emitter<R> shared = out.concurrent();
            var mapping = new ConcurrentMapping<T, R>(
                    group, result -> shared.emit(present(word, result)), concurrency, function, ordered);
            PipeScope.run(generator, out, mapping::start);
        });
    }

    /**
     * {@return the values of this stream and of others, as they come} Each stream runs in a coroutine and is asked for
     * a value when its previous one has been emitted; they take turns. The first failure cancels the others.
     *
     * @param others the other streams
     */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final AsyncStream<T> merge(AsyncStream<? extends T>... others) {
        List<AsyncStream<? extends T>> all = new ArrayList<>(List.of(others));
        all.add(0, this);
        return inGroup(prefetch, (group, out) -> {
            out.concurrent();
            for (AsyncStream<? extends T> each : all) each.startInto(group, out);
        });
    }

    private void startInto(GroupScope group, Emitter<? super T> out) {
        startIn(group, () -> generateInto(out));
    }

    /** Starts what runs this stream, in a member on the stream's dispatcher. */
    Handle<?> startIn(GroupScope group, AsyncAction<?> body) {
        return group.start(new Coroutine<>(Async.asCallable(body), options));
    }

    /** Emits the values in the current coroutine; on a dispatcher of its own, the stream has a coroutine there too. */
    void emitInto(Emitter<? super T> out) throws Exception {
        if (options.saysWhere()) PipeScope.emitAll(Async.opened(prefetch(0)), out);
        else generateInto(out);
    }

    void generateInto(Emitter<? super T> out) throws Exception {
        PipeScope.runAsDemanded(generator, out, value -> {
            out.emit(value);
            return true;
        });
    }

    /**
     * {@return what a combiner makes of the values of this stream and of another, pair by pair} It ends with the shorter
     * one, as soon as no pair can come, and cancels the longer one. Both are asked for a value at the same time, when a
     * pair is requested, and the other stream runs in a coroutine of its own; a value without a partner is discarded.
     * The first failure cancels the other stream.
     *
     * @param other the other stream
     * @param combiner what makes a value of a pair; it may await
     */
    public <U, R> AsyncStream<R> zip(
            AsyncStream<U> other, AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner) {
        Objects.requireNonNull(other, "other");
        Objects.requireNonNull(combiner, "combiner");
        return alike(out -> new Zip<T, U, R>(out, combiner).run(generator, other));
    }

    /**
     * {@return what a combiner makes of each value of this stream and the newest of another, and the other way round;
     * from when both have one} As in a {@link #merge}, each stream is asked for a value when its previous one has been
     * combined and that was emitted; they take turns, and the other stream runs in a coroutine of its own. A value that
     * is replaced before it was combined is discarded. It ends when both have ended, or when one has ended without a
     * value, which cancels the other. The first failure cancels the other stream.
     *
     * @param other the other stream
     * @param combiner what makes a value of the newest two, in the coroutine of the stream that has just given one; it
     *     may await
     */
    public <U, R> AsyncStream<R> combineLatest(
            AsyncStream<U> other, AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner) {
        Objects.requireNonNull(other, "other");
        Objects.requireNonNull(combiner, "combiner");
        return concurrent(prefetch, out -> new CombineLatest<T, U, R>(out, combiner).run(generator, other));
    }

    /**
     * {@return this stream without the values that a newer one follows within some time} This stream runs in a coroutine
     * of its own and is asked for values without limit; a value that is followed by another too early is discarded. So
     * is one that waits for demand: what is emitted is the newest value then. The last value is emitted at once, before
     * the end or the failure. A loop over the result requests one value at a time, unless a {@link #prefetch} downstream
     * says otherwise.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="debounce"}
     *
     * @param quiet how long no newer value must have come, on the clock of the backend
     */
    public AsyncStream<T> debounce(Duration quiet) {
        long nanos = Async.nanos(Objects.requireNonNull(quiet, "quiet"));
        return fresh(out -> new Debounce<T>(nanos).run(generator, out));
    }

    /**
     * {@return the newest value of this stream at the end of each period of time, if there is a new one} This stream
     * runs in a coroutine of its own and is asked for values without limit; the others are discarded. A value that waits
     * for demand is replaced by a newer one too. The last value is emitted at once, before the end or the failure. A
     * loop over the result requests one value at a time, as for {@link #debounce}.
     *
     * @param period how long a period is, more than zero, on the clock of the backend; the first begins with the
     *     subscription
     */
    public AsyncStream<T> sample(Duration period) {
        if (!Objects.requireNonNull(period, "period").isPositive())
            throw new IllegalArgumentException("period must be positive, is " + period);
        return fresh(out -> new Sample<T>(period).run(generator, out));
    }

    /**
     * {@return this stream, whose values wait in a buffer until they are requested} It runs in a coroutine of its own, is
     * asked for values without limit, and need not wait for the code downstream; a value leaves the buffer when it is
     * requested. The end, or a failure, comes after the values in the buffer. A loop over the result requests one value
     * at a time, as for {@link #debounce}.
     *
     * @param overflow what becomes of a value when the buffer is full; with {@link Overflow#suspend}, this stream waits
     *     when it is 32 values ahead, and nothing is lost. What has no room is discarded; with {@link Overflow#error},
     *     that also cancels this stream
     */
    public AsyncStream<T> buffer(Overflow overflow) {
        Objects.requireNonNull(overflow, "overflow");
        return fresh(out -> new Decoupling<T>(overflow).run(generator, out));
    }

    /**
     * {@return the values of this stream in lists} A list is emitted when it is full, or some time after its first
     * value; the last one, before the end or the failure. While a list waits for demand, this stream waits too. If the
     * stream is cancelled, the values of an incomplete list are discarded one by one, and a full list is discarded as a
     * list.
     *
     * @param size how many values fill a list, at least 1
     * @param time how long a list waits until it is full, on the clock of the backend
     */
    public AsyncStream<List<T>> chunked(int size, Duration time) {
        if (size < 1) throw new IllegalArgumentException("size must be at least 1, is " + size);
        Objects.requireNonNull(time, "time");
        return concurrent(prefetch, out -> {
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
     * {@return this stream, failing with a {@link java.util.concurrent.TimeoutException} when a value takes too long}
     * The time runs only while a value has been requested from this stream. When it runs out, the stream is cancelled.
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
     * {@return this stream, restarted when it fails} Values that were emitted before a failure stay emitted.
     *
     * @param times how often to restart, at least 0; the failure after that is the stream's
     */
    public AsyncStream<T> retry(long times) {
        return retry(times, Duration.ZERO);
    }

    /**
     * {@return this stream, restarted some time after it fails}
     *
     * @param times how often to restart, at least 0; the failure after that is the stream's
     * @param pause how long to wait before each restart, on the clock of the backend
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

    /**
     * {@return this stream, restarted after failures as a policy says} Values that were emitted before a failure stay
     * emitted, and a failure of what the subscriber does with a value is none of this stream. A value begins nothing
     * again, unless the policy says {@link Retry#resetOnValue}.
     *
     * @param policy how often, when and after which failures; the last failure is the stream's
     */
    public AsyncStream<T> retry(Retry policy) {
        Objects.requireNonNull(policy, "policy");
        return alike(out -> {
            for (Retry.Attempts attempts = policy.begin(); ; ) {
                try {
                    PipeScope.runAsDemanded(generator, out, value -> {
                        out.emit(value);
                        attempts.progressed();
                        return true;
                    });
                    return;
                } catch (Throwable thrown) {
                    attempts.failed(thrown);
                }
            }
        });
    }

    /**
     * {@return this stream, which ends with a value in place of a failure of some type} Values that were emitted before
     * the failure stay emitted. Other failures, a cancellation, and failures of what the subscriber does are let
     * through. The value is emitted as it is requested.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="recover"}
     *
     * @param type which failures; one that was checked is the real one, not wrapped
     * @param function gives the value; it may await. What it throws is the stream's failure, with the first one suppressed
     */
    public <X extends Throwable> AsyncStream<T> recover(
            Class<X> type, AsyncFunction<? super X, ? extends T, ?> function) {
        Objects.requireNonNull(function, "function");
        return recovering(type, (failure, out) -> out.emit(present("recover", function.apply(failure))));
    }

    /**
     * {@return this stream, continued by another one after a failure of some type} The other one runs in the coroutine of
     * this one, and is asked for a value when one is requested. Its own failures are let through, with the first one
     * suppressed.
     *
     * @param type which failures; one that was checked is the real one, not wrapped
     * @param function gives the other stream; it may await. What it throws is the stream's failure, with the first one
     *     suppressed
     * @see #recover
     */
    public <X extends Throwable> AsyncStream<T> recoverWith(
            Class<X> type, AsyncFunction<? super X, ? extends AsyncStream<? extends T>, ?> function) {
        Objects.requireNonNull(function, "function");
        return recovering(type, (failure, out) -> function.apply(failure).generateInto(out));
    }

    private <X extends Throwable> AsyncStream<T> recovering(Class<X> type, Recovery<? super X, T> recovery) {
        Objects.requireNonNull(type, "type");
        return alike(out -> {
            Throwable failure;
            try {
                generateInto(out);
                return;
            } catch (Throwable thrown) {
                failure = Host.get().unwrap(thrown);
                if (!type.isInstance(failure) || isCancelled()) throw thrown;
            }
            try {
                recovery.recover(type.cast(failure), out);
            } catch (Throwable thrown) {
                Failures.suppress(Host.get().unwrap(thrown), failure);
                throw thrown;
            }
        });
    }

    /** What is emitted after a failure. */
    @FunctionalInterface
    private interface Recovery<X, T> {
        void recover(X failure, Emitter<T> out) throws Exception;
    }

    /**
     * {@return this stream, which begins with an action} It runs for each subscriber, in the coroutine of the stream,
     * before anything was requested.
     *
     * @param action what to do; it may await. What it throws is the stream's failure, and this stream is not started
     */
    public AsyncStream<T> onStart(AsyncAction<?> action) {
        Objects.requireNonNull(action, "action");
        return alike(out -> {
            action.run();
            generateInto(out);
        });
    }

    /**
     * {@return this stream, which ends with an action} It runs once for each subscriber whose coroutine has begun, in
     * that coroutine, when everything that the stream has started has ended, and before the subscriber learns of the
     * end. If the stream is cancelled, the action must not await, unless {@link Async#shielded shielded}.
     *
     * @param action what to do. It is given a success without a result if the stream completed; its failure, the real
     *     one; or that it was cancelled, as by a subscriber that has left, has failed or has enough. What the action throws
     *     is the failure of a stream that completed, and else suppressed in what ended the stream
     */
    public AsyncStream<T> onCompletion(AsyncConsumer<? super Outcome<@Nullable Void>, ?> action) {
        Objects.requireNonNull(action, "action");
        return alike(out -> {
            try {
                generateInto(out);
            } catch (Throwable thrown) {
                failedWith(Host.get().unwrap(thrown), action);
                throw thrown;
            }
            action.accept(new Outcome.Success<>(null));
        });
    }

    private static void failedWith(Throwable failure, AsyncConsumer<? super Outcome<@Nullable Void>, ?> action) {
        Scope here = Objects.requireNonNull(Scope.current());
        try {
            action.accept(isCancelled() ? Outcome.Cancelled.by(here.cancellation()) : new Outcome.Failure<>(failure));
        } catch (Throwable thrown) {
            if (!Failures.suppress(failure, thrown)) here.drop(thrown);
        }
    }

    private static boolean isCancelled() {
        return Objects.requireNonNull(Scope.current()).cancellation() != null;
    }

    /** What is done with a value, and where its results go. */
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

    private <R> AsyncStream<R> inGroup(int ahead, InGroup<R> body) {
        return concurrent(ahead, out -> {
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
     * {@return the values that a listener receives, as a stream}
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="fromListener"}
     *
     * <p>Cold: each subscriber, and each loop, registers a listener of its own, on its own coroutine. Values that come
     * faster than they are requested are subject to the overflow policy; a value leaves the buffer when it is
     * requested.
     *
     * @param overflow what becomes of values that come too fast; {@link Overflow#suspend} is allowed only if the
     *     registration sets {@link ListenerSink#onRequest}
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
     * @param values where the values come from, read as they are requested
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
     * {@return the values of this stream as a Java stream, sequential, for the current thread} It must be closed, which
     * cancels this stream if it has not ended.
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

    // --- sharing

    /**
     * {@return this stream, run once for all subscribers} The first one starts it, in a coroutine of its own, with neither
     * the context nor the thread-locals of a subscriber; the last one that leaves cancels it. The end, or the failure,
     * reaches all that are there. A subscriber that comes after that starts it again, with nothing kept, when the run
     * before has ended, clean-up included.
     *
     * {@snippet class="dev.weft.snippets.StreamSnippetsTest" region="share"}
     *
     * <p>Each subscriber has a buffer of its own, and receives the values in the order of all others. What it has not read
     * when it leaves goes to the discard hook, for each subscriber.
     *
     * @param replay how many of the latest values a later subscriber receives first, at least 0
     * @param overflow what becomes of values that come faster than a subscriber reads. With {@link Overflow#suspend}, the
     *     slowest subscriber slows this stream, which is asked for a value when each has room for it, in a buffer for 32;
     *     with the others, this stream is not slowed
     * @see SharedStream
     */
    public AsyncStream<T> share(int replay, Overflow overflow) {
        Objects.requireNonNull(overflow, "overflow");
        if (replay < 0) throw new IllegalArgumentException("replay must not be negative, is " + replay);
        return fromListener(overflow, new Sharing<>(this, replay, overflow));
    }
}
