package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of a publisher on their way to a reader of bytes, on any thread.
 *
 * <p>The monitor of the queue guards all fields but the last two; no foreign code runs under it. One thread at a time
 * has the right to read, and it alone requests from the source, cancels it, and holds a buffer: so the calls on the
 * subscription are serial, and no buffer is released while a thread copies from it. The thread that closes takes that
 * right for good; if a reader has it, the reader is woken, and cleans up when it gives the right back.
 */
final class Inflow<B> implements Flow.Subscriber<B> {
    private static final int PREFETCH = 4;
    private static final int BATCH = 3;
    private static final Object COMPLETE = new Object();

    private final Backend backend;
    private final Object context;
    private final Function<? super B, ByteBuffer> content;
    private final Consumer<? super B> release;

    private final Deque<B> queue = new ArrayDeque<>(PREFETCH);
    private final WaitCondition arrival;
    private Flow.@Nullable Subscription subscription;
    private int unrequested = PREFETCH;
    private long outstanding;

    /** Null, COMPLETE or the failure; sourceEnded says whether the source itself has ended, so that there is nothing to cancel. */
    private @Nullable Object end;

    private boolean sourceEnded;

    /** Whether the reader knows of the end. */
    private boolean seen;

    private boolean reading;
    private boolean closed;

    /** The buffer that the reader holds, and what is left of it. */
    private @Nullable B current;

    private @Nullable ByteBuffer bytes;

    private Inflow(Function<? super B, ByteBuffer> content, Consumer<? super B> release) {
        this.backend = Async.backend();
        this.context = Async.context();
        this.content = content;
        this.release = release;
        this.arrival = new WaitCondition(queue, backend, "read");
    }

    /** Subscribes. */
    static <B> InputStream open(
            Flow.Publisher<? extends B> source, Function<? super B, ByteBuffer> content, Consumer<? super B> release) {
        var inflow = new Inflow<B>(content, release);
        inflow.arrival.enter();
        try {
            source.subscribe(inflow);
        } catch (Throwable thrown) {
            inflow.end(thrown, false);
        }
        return new Reader(inflow);
    }

    // --- the source

    @Override
    public void onSubscribe(Flow.Subscription given) {
        Objects.requireNonNull(given, "onSubscribe(null) (rule 2.13)");
        SchedulePoint.pass();
        Flow.Subscription before;
        boolean wanted;
        synchronized (queue) {
            before = subscription;
            wanted = before == null && !closed;
            if (wanted) subscription = given;
        }
        if (before != null) violation("2.5", "onSubscribe twice");
        if (wanted) arrival.signal();
        else if (before != given) cancel(given);
    }

    @Override
    public void onNext(B buffer) {
        Objects.requireNonNull(buffer, "onNext(null) (rule 2.13)");
        SchedulePoint.pass();
        boolean taken;
        boolean overflow;
        synchronized (queue) {
            overflow = !closed && end == null && outstanding == 0;
            taken = !closed && end == null && !overflow;
            if (taken) {
                outstanding--;
                queue.add(buffer);
            }
        }
        if (!taken) release(buffer);
        if (overflow) {
            violation("1.1", "more values than requested");
            end(new OverflowException("more buffers than were requested"), false);
        }
        if (taken) arrival.signal();
    }

    @Override
    public void onError(Throwable failure) {
        end(Objects.requireNonNull(failure, "onError(null) (rule 2.13)"), true);
    }

    @Override
    public void onComplete() {
        end(COMPLETE, true);
    }

    private void end(Object with, boolean bySource) {
        SchedulePoint.pass();
        boolean first;
        boolean late;
        synchronized (queue) {
            first = end == null && !closed;
            late = closed;
            if (first) end = with;
            sourceEnded |= bySource;
        }
        if (first) arrival.signal();
        else if (with instanceof Throwable failure && late) Reports.late(backend, context, failure);
        else if (with instanceof Throwable failure) Reports.drop(backend, context, failure);
    }

    // --- the reader

    private int read(byte[] into, int offset, int length) throws IOException {
        enter();
        try {
            ByteBuffer left = remaining(true);
            if (left == null) return -1;
            int count = Math.min(length, left.remaining());
            left.get(into, offset, count);
            if (!left.hasRemaining()) releaseCurrent();
            return count;
        } finally {
            leave();
        }
    }

    private int available() throws IOException {
        enter();
        try {
            ByteBuffer left = remaining(false);
            return left == null ? 0 : left.remaining();
        } finally {
            leave();
        }
    }

    private void enter() throws IOException {
        synchronized (queue) {
            if (closed) throw closedMeanwhile();
            if (reading) throw new IllegalStateException("read by two threads at once");
            reading = true;
        }
    }

    private void leave() {
        SchedulePoint.pass();
        boolean cleanUp;
        synchronized (queue) {
            cleanUp = closed;
            reading = closed;
        }
        if (cleanUp) cleanUp();
    }

    private static IOException closedMeanwhile() {
        return new IOException("the stream is closed");
    }

    /** {@return what is left of the current buffer, or of the next one that is not empty; null at the end, or if it would have to wait} */
    private @Nullable ByteBuffer remaining(boolean wait) throws IOException {
        ByteBuffer left = bytes;
        while (left == null || !left.hasRemaining()) {
            releaseCurrent();
            arrival.enter();
            B next = next(wait);
            if (next == null) return null;
            current = next;
            bytes = left = contentOf(next);
        }
        return left;
    }

    /** A buffer whose content cannot be read leaves a gap, after which nothing is read. */
    private ByteBuffer contentOf(B next) {
        try {
            return Objects.requireNonNull(content.apply(next), "the content of a buffer is null");
        } catch (Throwable thrown) {
            close();
            throw thrown;
        }
    }

    private @Nullable B next(boolean wait) throws IOException {
        for (; ; ) {
            SchedulePoint.pass();
            B next;
            Flow.Subscription asked = null;
            long count = 0;
            boolean over;
            synchronized (queue) {
                if (closed) throw closedMeanwhile();
                next = queue.poll();
                if (next != null) unrequested++;
                over = next == null && end != null;
                if (mayAsk()) {
                    asked = subscription;
                    count = unrequested;
                    outstanding += count;
                    unrequested = 0;
                }
            }
            if (asked != null) ask(asked, count);
            if (next != null) return next;
            if (over) return atEnd();
            if (asked != null) continue;
            if (!wait) return null;
            arrival.await(this::isReady);
        }
    }

    private boolean mayAsk() {
        return unrequested >= BATCH && subscription != null && end == null;
    }

    private boolean isReady() {
        return closed || !queue.isEmpty() || end != null || mayAsk();
    }

    private void ask(Flow.Subscription asked, long count) {
        SchedulePoint.pass();
        try {
            asked.request(count);
        } catch (Throwable thrown) {
            end(thrown, false);
        }
    }

    private @Nullable B atEnd() throws IOException {
        Object how;
        synchronized (queue) {
            seen = true;
            how = Objects.requireNonNull(end);
        }
        cancelSource();
        if (!(how instanceof Throwable failure)) return null;
        throw failure instanceof IOException own ? own : new IOException("the source has failed", failure);
    }

    private void releaseCurrent() {
        B done = current;
        current = null;
        bytes = null;
        if (done != null) release(done);
    }

    // --- the end

    private void close() {
        SchedulePoint.pass();
        boolean mine;
        synchronized (queue) {
            if (closed) return;
            closed = true;
            mine = !reading;
            reading = true;
        }
        if (mine) cleanUp();
        else arrival.signal();
    }

    /** Called after garbage collection, on a thread that cancelling and releasing must not block; or after {@link #close}. */
    private void abandon(Throwable leak) {
        boolean unseen;
        synchronized (queue) {
            if (closed) return;
            unseen = !seen;
        }
        AwaitCell.inAThread(() -> {
            close();
            if (unseen) Reports.drop(backend, context, leak);
        });
    }

    /** What remains to do for the thread that has the right to read. */
    private void cleanUp() {
        cancelSource();
        releaseCurrent();
        Object unseen;
        synchronized (queue) {
            unseen = seen ? null : end;
        }
        for (B left = poll(); left != null; left = poll()) release(left);
        if (unseen instanceof Throwable failure) Reports.drop(backend, context, failure);
    }

    private @Nullable B poll() {
        synchronized (queue) {
            return queue.poll();
        }
    }

    private void cancelSource() {
        Flow.Subscription left;
        synchronized (queue) {
            left = sourceEnded ? null : subscription;
            sourceEnded |= left != null;
        }
        if (left != null) cancel(left);
    }

    private void cancel(Flow.Subscription given) {
        try {
            given.cancel();
        } catch (Throwable thrown) {
            Reports.late(backend, context, thrown);
        }
    }

    private void release(B buffer) {
        try {
            release.accept(buffer);
        } catch (Throwable thrown) {
            Reports.drop(backend, context, thrown);
        }
    }

    private void violation(String rule, String message) {
        Reports.violation(backend, context, new Violation(rule, "a publisher of buffers", message));
    }

    /** What the user holds; only its reachability tells whether anybody may still read. */
    private static final class Reader extends InputStream {
        private final Inflow<?> inflow;
        private final Cleaner.Cleanable leak;
        private final byte[] one = new byte[1];

        Reader(Inflow<?> inflow) {
            this.inflow = inflow;
            var opened = new IllegalStateException(
                    "an InputStream was garbage-collected without having been closed: open it in a try; it was opened here");
            this.leak = GarbageWatch.watch(this, () -> inflow.abandon(opened));
        }

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) return 0;
            try {
                return inflow.read(into, offset, length);
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        @Override
        public int available() throws IOException {
            try {
                return inflow.available();
            } finally {
                Reference.reachabilityFence(this);
            }
        }

        @Override
        public void close() {
            try {
                inflow.close();
                leak.clean();
            } finally {
                Reference.reachabilityFence(this);
            }
        }
    }
}
