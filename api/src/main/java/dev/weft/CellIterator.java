package dev.weft;

import dev.weft.spi.IterationCell;
import dev.weft.spi.Scope;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

/**
 * The iterator over a cell. The source refers to the cell, so only the reachability of this object tells whether the
 * loop still runs: while one of its methods runs, it must stay reachable.
 */
final class CellIterator<T> implements AsyncIterator<T> {
    private static final String LEAK =
            "an iterator was garbage-collected without having been closed: open it in try (var values = each(…)); it was opened ";

    /**
     * Whether iterators of coroutines remember where they were opened. That takes longer than everything else, so only
     * the first leak turns it on.
     */
    private static volatile boolean traces;

    private final IterationCell<T> cell;

    /** Ends the iteration when this object is garbage-collected, for example after an exception in the loop. */
    private final Cleaner.Cleanable leak;

    CellIterator(IterationCell<T> cell) {
        this.cell = cell;
        this.leak = GarbageWatch.watch(this, leak(cell));
    }

    private static Runnable leak(IterationCell<?> cell) {
        if (traces || Scope.current() == null) {
            var opened = new IllegalStateException(LEAK + "here");
            return () -> cell.abandon(() -> opened);
        }
        String coroutine = Thread.currentThread().getName();
        return () -> cell.abandon(() -> first(coroutine));
    }

    private static Throwable first(String coroutine) {
        traces = true;
        var opened = new IllegalStateException(LEAK + "by " + coroutine + "; later ones will say where");
        opened.setStackTrace(new StackTraceElement[0]);
        return opened;
    }

    @Override
    public boolean hasNext() {
        try {
            boolean more = cell.hasNext();
            if (!more) leak.clean();
            return more;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** As {@link #hasNext}, but the value stays in the buffer, where a newer one may replace it. */
    boolean awaitNext() {
        try {
            return cell.awaitNext();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public T next() {
        try {
            return cell.next();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Optional<T> next(Duration limit) {
        return hasNextWithin(Async.nanos(Objects.requireNonNull(limit, "limit")))
                ? Optional.of(next())
                : Optional.empty();
    }

    @Override
    public Iterable<Optional<T>> orSilence(Duration limit) {
        long nanos = Async.nanos(Objects.requireNonNull(limit, "limit"));
        if (nanos <= 0) throw new IllegalArgumentException("limit must be more than zero, is " + limit);
        return () -> new OrSilence(nanos);
    }

    private boolean hasNextWithin(long nanos) {
        try {
            return cell.hasNextWithin(nanos);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The values, and the silences between them. */
    private final class OrSilence implements Iterator<Optional<T>> {
        private final long nanos;

        /** Whether it is known what comes next: a silence, or else a value or the end. */
        private boolean known;

        private boolean silent;

        OrSilence(long nanos) {
            this.nanos = nanos;
        }

        @Override
        public boolean hasNext() {
            if (!known) silent = !hasNextWithin(nanos);
            known = true;
            return silent || CellIterator.this.hasNext();
        }

        @Override
        public Optional<T> next() {
            if (!hasNext()) throw new NoSuchElementException("the source has ended");
            known = false;
            return silent ? Optional.empty() : Optional.of(CellIterator.this.next());
        }
    }

    @Override
    public void close() {
        try {
            cell.close();
            leak.clean();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
