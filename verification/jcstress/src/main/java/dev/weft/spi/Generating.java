package dev.weft.spi;

import java.util.concurrent.atomic.AtomicInteger;

/** A generator that emits one value and counts the value's fates. */
final class Generating extends EmitterTask<AtomicInteger, Object> {
    final AtomicInteger fates = new AtomicInteger();

    Generating() {
        super("subscriber", Counting.BACKEND, "context", CoroutineOptions.NONE);
        start();
    }

    @Override
    protected void generate() {
        emit(fates);
    }

    @Override
    protected void next(Object subscriber, AtomicInteger value) {
        value.incrementAndGet();
    }

    @Override
    protected void complete(Object subscriber) {}

    @Override
    protected void fail(Object subscriber, Throwable failure) {}

    /** {@return how many fates the value has had when the coroutine has ended} */
    int over() {
        try {
            thread().join();
        } catch (InterruptedException foreign) {
            throw new AssertionError(foreign);
        }
        return fates.get();
    }
}
