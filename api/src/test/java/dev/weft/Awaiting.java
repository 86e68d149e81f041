package dev.weft;

import dev.weft.spi.Take;
import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A subscriber of ours, which exists only while a coroutine awaits or iterates, and that coroutine. */
final class Awaiting {
    /** What the coroutine does, and what it asks for. */
    enum Way {
        FIRST(1, 1),
        LAST(Long.MAX_VALUE, 32),
        SINGLE(Long.MAX_VALUE, 1),
        EACH_1(1, 1),
        EACH_32(32, 32);

        /** What is requested at first. */
        final long demand;

        /** As many values as it takes, at most, before it requests anew or leaves. */
        final int values;

        Way(long demand, int values) {
            this.demand = demand;
            this.values = values;
        }

        /** Whether a loop takes the values, one by one. */
        boolean isLoop() {
            return this == EACH_1 || this == EACH_32;
        }
    }

    final List<Long> taken = new CopyOnWriteArrayList<>();
    final Watched<Object> coroutine;

    private final CompletableFuture<Flow.Subscriber<? super Long>> subscriber = new CompletableFuture<>();
    private final Semaphore demand = new Semaphore(0);
    private final Runnable onTaken;

    /** A coroutine that awaits; if it has a loop, that waits for {@link #demand}. */
    Awaiting(Way way) {
        this(way, () -> {});
    }

    Awaiting(Way way, Runnable onTaken) {
        this.onTaken = onTaken;
        this.coroutine = Watched.coroutine(() -> {
            take(way, source());
            return null;
        });
    }

    /** A coroutine that takes all that comes. */
    static Awaiting all(Way way) {
        return all(way, () -> {});
    }

    /** A coroutine that takes all that comes, and does this with it. */
    static Awaiting all(Way way, Runnable onTaken) {
        return new Awaiting(way, onTaken).demand(Integer.MAX_VALUE);
    }

    /** Lets the loop take more values. */
    Awaiting demand(long count) {
        demand.release((int) count);
        return this;
    }

    /** The subscriber, which the coroutine's source is given. */
    Flow.Subscriber<? super Long> subscriber() {
        try {
            return subscriber.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not subscribed", failure);
        }
    }

    private void take(Way way, Flow.Publisher<Long> source) throws InterruptedException {
        switch (way) {
            case FIRST -> taken(await(source, Take.FIRST));
            case LAST -> taken(await(source, Take.LAST));
            case SINGLE -> taken(await(source, Take.SINGLE));
            case EACH_1 -> loop(each(source, 1));
            case EACH_32 -> loop(each(source, 32));
        }
    }

    private static Long await(Flow.Publisher<Long> source, Take take) {
        return new FlowCell<>(source, take, JdkBackend.INSTANCE).await();
    }

    private static AsyncIterator<Long> each(Flow.Publisher<Long> source, int prefetch) {
        var cell = new FlowIteration<>(source, prefetch, JdkBackend.INSTANCE);
        cell.open();
        return AsyncIterator.over(cell);
    }

    private void loop(AsyncIterator<Long> opened) throws InterruptedException {
        try (AsyncIterator<Long> values = opened) {
            for (demand.acquire(); values.hasNext(); demand.acquire()) taken(values.next());
        }
    }

    private void taken(Long value) {
        taken.add(value);
        onTaken.run();
    }

    /** A source that only tells who has subscribed. */
    private Flow.Publisher<Long> source() {
        return subscriber::complete;
    }
}
