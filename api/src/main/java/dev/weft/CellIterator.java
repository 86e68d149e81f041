package dev.weft;

import dev.weft.spi.IterationCell;
import dev.weft.spi.Scope;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

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
    public void close() {
        try {
            cell.close();
            leak.clean();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
