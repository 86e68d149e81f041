package dev.weft.testing;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A backend whose clock is moved by hand. */
public class FiringBackend implements Backend {
    /** A timer's entry that has neither fired nor been removed. */
    public record Entry(long nanos, Runnable action) {}

    public final List<Entry> entries = new CopyOnWriteArrayList<>();

    private final Backend real;

    public FiringBackend(Backend real) {
        this.real = real;
    }

    /** Fires all pending timers. */
    public void fire() {
        fire(entry -> true);
    }

    /** Fires some of them. */
    public void fire(Predicate<Entry> which) {
        for (Entry entry : entries)
            if (which.test(entry) && entries.remove(entry)) entry.action().run();
    }

    @Override
    public Timer timer() {
        return (nanos, action) -> {
            var entry = new Entry(nanos, action);
            entries.add(entry);
            return () -> entries.remove(entry);
        };
    }

    @Override
    public String id() {
        return "manual";
    }

    @Override
    public boolean understands(Class<?> type) {
        return real.understands(type);
    }

    @Override
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return real.one(source, take);
    }

    @Override
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return real.many(source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        return real.createOne(body, options, type);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return real.createStream(source, type);
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        real.undeliverable(signal, context);
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return body;
    }
}
