package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.SchedulePoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written, on any thread, on their way to a generator that emits them in chunks. A full chunk stays in
 * the slot until the generator has demand and takes it; the writer waits for that.
 *
 * <p>The monitor of {@code slot} guards what passes between the two. The lock {@code writing} admits one writer at a
 * time, and guards the rest.
 */
final class Outflow extends OutputStream {
    private final int chunkSize;

    private final Object slot = new Object();
    private final WaitCondition offer;
    private final WaitCondition taking;
    private @Nullable ByteBuffer offered;
    private boolean over;
    private boolean left;

    private final ReentrantLock writing = new ReentrantLock();
    private byte @Nullable [] chunk;
    private int filled;
    private boolean closed;

    /** What ended a write before everything was handed over, so that nothing can follow. */
    private volatile @Nullable Throwable gap;

    Outflow(int chunkSize, Backend backend) {
        this.chunkSize = chunkSize;
        this.offer = new WaitCondition(slot, backend, "emit");
        this.taking = new WaitCondition(slot, backend, "write");
    }

    // --- the generator

    /** Waits for a chunk. {@return false if there are no more} */
    boolean awaitChunk() throws IOException {
        offer.await(() -> offered != null || over);
        synchronized (slot) {
            return offered != null;
        }
    }

    /** {@return the chunk that was awaited} */
    ByteBuffer take() {
        ByteBuffer taken;
        SchedulePoint.pass();
        synchronized (slot) {
            taken = Objects.requireNonNull(offered);
            offered = null;
        }
        taking.signal();
        return taken;
    }

    /** Nothing more is written. */
    void end() {
        synchronized (slot) {
            over = true;
        }
        offer.signal();
    }

    /** Nothing more is taken. */
    void leave() {
        SchedulePoint.pass();
        synchronized (slot) {
            left = true;
        }
        taking.signal();
    }

    // --- the writer

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writing.lock();
        try {
            requireOpen();
            for (int done = 0; done < length; ) {
                byte[] into = chunk();
                int count = Math.min(length - done, chunkSize - filled);
                System.arraycopy(from, offset + done, into, filled, count);
                filled += count;
                done += count;
                if (filled == chunkSize) handOver(takeChunk(into));
            }
        } finally {
            writing.unlock();
        }
    }

    /** Hands over what there is, and waits until it is taken. */
    @Override
    public void flush() throws IOException {
        writing.lock();
        try {
            requireOpen();
            flushRest();
        } finally {
            writing.unlock();
        }
    }

    /** Hands over what there is, and waits until it is taken. Nothing can be written after this. */
    @Override
    public void close() throws IOException {
        writing.lock();
        try {
            if (closed) return;
            closed = true;
            if (gap == null) flushRest();
        } finally {
            writing.unlock();
        }
    }

    /** Closes this when everything has been written; fails if bytes are missing, which the body may have ignored. */
    void finish() throws Exception {
        taking.enter();
        if (gap == null) close();
        Throwable missing = gap;
        if (missing instanceof Exception exception) throw exception;
        if (missing != null) throw new IOException("bytes are missing", missing);
    }

    private byte[] chunk() {
        byte[] present = chunk;
        if (present == null) chunk = present = new byte[chunkSize];
        return present;
    }

    private ByteBuffer takeChunk(byte[] full) {
        chunk = null;
        filled = 0;
        return ByteBuffer.wrap(full);
    }

    private void flushRest() throws IOException {
        int count = filled;
        byte[] rest = chunk;
        if (rest == null || count == 0) return;
        filled = 0;
        handOver(ByteBuffer.wrap(Arrays.copyOf(rest, count)));
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("the stream is closed");
        if (gap == null) return;
        taking.enter();
        throw new IOException("the stream has a gap", gap);
    }

    private void handOver(ByteBuffer full) throws IOException {
        try {
            taking.enter();
            SchedulePoint.pass();
            offer(full);
            taking.await(() -> offered != full || left);
            requireTaken(full);
        } catch (Throwable thrown) {
            gap = thrown;
            throw thrown;
        }
    }

    private void offer(ByteBuffer full) throws IOException {
        boolean wanted;
        synchronized (slot) {
            wanted = !left;
            if (wanted) offered = full;
        }
        if (!wanted) throw leftMeanwhile();
        offer.signal();
    }

    private void requireTaken(ByteBuffer full) throws IOException {
        boolean taken;
        synchronized (slot) {
            taken = offered != full;
        }
        if (!taken) throw leftMeanwhile();
    }

    /**
     * In a coroutine, {@code enter} throws the cancellation instead. If a body ends with this exception, that is an
     * echo, as after an interrupt.
     */
    private IOException leftMeanwhile() {
        taking.enter();
        return new IOException("nobody reads this any more", new InterruptedException("the subscriber has left"));
    }
}
