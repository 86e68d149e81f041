package dev.weft.testing.streams;

import dev.weft.AsyncIterator;
import dev.weft.testing.Watched;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscriber;

/** A subscriber of Weft, which exists only while a coroutine awaits or iterates, and that coroutine. */
public final class Awaiting {
    /** What the coroutine does, and what it requests. */
    public enum Way {
        FIRST(1, 1),
        LAST(Long.MAX_VALUE, 32),
        SINGLE(Long.MAX_VALUE, 1),
        EACH_1(1, 1),
        EACH_32(32, 32);

        /** The first request. */
        final long demand;

        /** How many values it takes at most before it requests again or cancels. */
        final int values;

        Way(long demand, int values) {
            this.demand = demand;
            this.values = values;
        }

        /** Whether a loop takes the values one by one. */
        boolean isLoop() {
            return this == EACH_1 || this == EACH_32;
        }
    }

    final List<Long> taken = new CopyOnWriteArrayList<>();
    final Watched<Object> coroutine;

    private final CompletableFuture<Subscriber<? super Long>> subscriber = new CompletableFuture<>();
    private final Semaphore demand = new Semaphore(0);
    private final Runnable onTaken;

    /** Starts a coroutine that awaits; a loop in it waits for {@link #demand}. */
    Awaiting(Library library, Way way) {
        this(library, way, () -> {});
    }

    Awaiting(Library library, Way way, Runnable onTaken) {
        this.onTaken = onTaken;
        this.coroutine = Watched.coroutine(() -> {
            library.take(way, this);
            return null;
        });
    }

    /** Starts a coroutine that takes all values. */
    static Awaiting all(Library library, Way way) {
        return all(library, way, () -> {});
    }

    /** Starts a coroutine that takes all values, and runs this after each. */
    static Awaiting all(Library library, Way way, Runnable onTaken) {
        return new Awaiting(library, way, onTaken).demand(Integer.MAX_VALUE);
    }

    /** Lets the loop take more values. */
    Awaiting demand(long count) {
        demand.release((int) count);
        return this;
    }

    /** Called by the source. */
    public void subscribed(Subscriber<? super Long> by) {
        subscriber.complete(by);
    }

    /** The subscriber that subscribed to the coroutine's source. */
    Subscriber<? super Long> subscriber() {
        try {
            return subscriber.get(Watched.SECONDS, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("not subscribed", failure);
        }
    }

    /** Takes the values of a loop. */
    public void loop(AsyncIterator<Long> opened) throws InterruptedException {
        try (AsyncIterator<Long> values = opened) {
            for (demand.acquire(); values.hasNext(); demand.acquire()) taken(values.next());
        }
    }

    public void taken(Long value) {
        taken.add(value);
        onTaken.run();
    }
}
