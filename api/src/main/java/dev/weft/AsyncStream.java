package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Scope;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A cold stream that belongs to no library: each subscription runs its generator in a coroutine of its own. As a
 * {@link Flow.Publisher} it is taken by frameworks and by both engines without an adapter.
 *
 * @param <T> the type of the values
 */
public final class AsyncStream<T> implements Flow.Publisher<T> {
    private final Generator<T> generator;

    AsyncStream(Generator<T> generator) {
        this.generator = Objects.requireNonNull(generator, "generator");
    }

    /**
     * Runs the generator for a subscriber, on a new coroutine, which starts after {@code onSubscribe} has returned. Never
     * blocks. Values are emitted as they are requested.
     */
    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        Scope scope = Scope.current();
        Backend backend = scope == null ? Backends.selected() : scope.backend();
        Object context = scope == null ? Context.empty() : scope.context();
        var task = new FlowGenerator<T>(subscriber, generator, backend, context);
        subscriber.onSubscribe(task);
        task.start(null);
    }

    /** {@return what makes the values; for adapters} */
    public Generator<T> generator() {
        return generator;
    }

    /** {@return an iterator over this stream; see {@link Async#each}} */
    public AsyncIterator<T> each() {
        return Async.each(this);
    }

    /** Calls an action for each value, on the current thread, until the stream ends. Its failure cancels the stream. */
    public void forEach(Consumer<? super T> action) {
        Objects.requireNonNull(action, "action");
        try (AsyncIterator<T> values = each()) {
            for (T value : values) action.accept(value);
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

    /** {@return this stream with each value replaced by what a function, which may await, makes of it} */
    public <R> AsyncStream<R> map(Function<? super T, ? extends R> function) {
        Objects.requireNonNull(function, "function");
        return new AsyncStream<>(out -> forEach(value -> out.emit(function.apply(value))));
    }

    /** {@return this stream without the values for which a test, which may await, fails; they are dropped, not discarded} */
    public AsyncStream<T> filter(Predicate<? super T> test) {
        Objects.requireNonNull(test, "test");
        return new AsyncStream<>(out -> forEach(value -> {
            if (test.test(value)) out.emit(value);
        }));
    }

    /**
     * {@return the first values of this stream; its upstream is cancelled after the last of them}
     *
     * @param count how many, at least 0
     */
    public AsyncStream<T> take(long count) {
        if (count < 0) throw new IllegalArgumentException("count must not be negative, is " + count);
        return new AsyncStream<>(out -> {
            if (count == 0) return;
            try (AsyncIterator<T> values = each()) {
                for (long left = count; left > 0 && values.hasNext(); left--) out.emit(values.next());
            }
        });
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
