package dev.weft.stress;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A backend that counts the entries in its timer, and else is the given one. */
final class CountedTimer implements Backend {
    private final Backend backend;
    private final AtomicLong entries = new AtomicLong();

    CountedTimer(Backend backend) {
        this.backend = backend;
    }

    /** How many entries have neither run nor been removed. */
    long entries() {
        return entries.get();
    }

    @Override
    public Timer timer() {
        Timer timer = backend.timer();
        return (nanos, action) -> {
            var over = new AtomicBoolean();
            entries.incrementAndGet();
            Timer.Entry entry = timer.schedule(nanos, () -> {
                leave(over);
                action.run();
            });
            return () -> {
                leave(over);
                entry.cancel();
            };
        };
    }

    private void leave(AtomicBoolean over) {
        if (over.compareAndSet(false, true)) entries.decrementAndGet();
    }

    @Override
    public String id() {
        return backend.id();
    }

    @Override
    public boolean understands(Class<?> type) {
        return backend.understands(type);
    }

    @Override
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        return backend.one(source, take);
    }

    @Override
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return backend.many(source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        return backend.createOne(body, options, type);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return backend.createStream(source, type);
    }

    @Override
    public void undeliverable(Undeliverable signal, Object context) {
        backend.undeliverable(signal, context);
    }

    @Override
    public boolean mayBlock() {
        return backend.mayBlock();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return backend.propagate(context, body);
    }
}
