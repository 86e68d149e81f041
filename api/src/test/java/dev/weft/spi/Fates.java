package dev.weft.spi;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The backend of a model: it records the fates of the values 1, 2, 3 and so on, each of which must have one. */
final class Fates implements Backend {
    private static final int MOST = 9;

    private final int[] known = new int[MOST + 1];

    /** A value was returned, delivered, refused or discarded. */
    synchronized void add(int value) {
        known[value]++;
    }

    /** Fails unless each of this many values has had one fate. */
    void areThoseOf(int values) {
        int[] expected = new int[MOST + 1];
        Arrays.fill(expected, 1, values + 1, 1);
        if (!Arrays.equals(known, expected))
            throw new AssertionError("fates of " + values + " values: " + Arrays.toString(known));
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        if (signal instanceof Undeliverable.Value discarded) add((Integer) discarded.value());
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    /** Nothing fires; but a timer may park for a lock of its own, and so use up a permit. */
    @Override
    public Timer timer() {
        return (nanos, action) -> {
            LockSupport.unpark(Thread.currentThread());
            LockSupport.park();
            return () -> {};
        };
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return body;
    }

    @Override
    public String id() {
        return "fates";
    }

    @Override
    public boolean understands(Class<?> type) {
        return false;
    }

    @Override
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> IterationCell<T> many(Object source, int prefetch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        throw new UnsupportedOperationException();
    }
}
