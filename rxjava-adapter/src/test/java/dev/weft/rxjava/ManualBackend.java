package dev.weft.rxjava;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.StreamCell;
import dev.weft.spi.Take;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The {@code rxjava} backend with a clock that is moved by hand. */
class ManualBackend implements Backend {
    /** A timer's entry that has neither fired nor been removed. */
    record Entry(long nanos, Runnable action) {}

    final List<Entry> entries = new CopyOnWriteArrayList<>();

    /** Lets all timers run that are under way. */
    void fire() {
        fire(entry -> true);
    }

    void fire(Predicate<Entry> which) {
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
        return RxBackend.INSTANCE.understands(type);
    }

    @Override
    public <T> AwaitCell<T> one(Object source, Take take) {
        return RxBackend.INSTANCE.one(source, take);
    }

    @Override
    public <T> StreamCell<T> many(Object source, int prefetch) {
        return RxBackend.INSTANCE.many(source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, Class<N> type) {
        return RxBackend.INSTANCE.createOne(body, type);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return RxBackend.INSTANCE.createStream(source, type);
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        RxBackend.INSTANCE.undeliverable(signal, context);
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
