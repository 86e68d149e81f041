package dev.weft;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Bridges between streams of buffers and the blocking streams of {@code java.io}, for parsers, archives and drivers that know only these.
 *
 * @since 0.1
 */
public final class ByteStreams {
    private ByteStreams() {}

    /**
     * {@return the bytes of a publisher's buffers; see {@link #toInputStream(Flow.Publisher, Function, Consumer)}} The buffers are
     * read and left as they are.
     *
     * @param source where the buffers come from, subscribed to now
     */
    public static InputStream toInputStream(Flow.Publisher<? extends ByteBuffer> source) {
        return toInputStream(source, ByteBuffer::duplicate, buffer -> {});
    }

    /**
     * {@return the bytes of a publisher's buffers, of a type that a library returns to its pool} Subscribes now, and
     * requests buffers as they are read, at most 4 ahead. Each buffer that arrives is released once, when it has been
     * read or when this is closed.
     *
     * <p>One thread at a time reads it, a coroutine's or any other that may block, such as one of a library's pool. A
     * read waits for bytes; in a coroutine it is a suspension point, which throws {@link CancelledException}. On
     * another thread an interrupt ends the wait with an {@link java.io.InterruptedIOException} and the flag set;
     * nothing is lost then. At the end of the source a read returns -1; a failure is thrown after the bytes before it,
     * as itself if it is an {@link IOException}, and otherwise as the cause of one.
     *
     * <p>It must be closed, in a {@code try}, even at the end: that cancels the source if it has not ended.
     * {@code close} may be called on any thread and more than once; a read that is waiting then ends with an
     * {@link IOException}. A stream that was left open is closed when it is garbage-collected, and reported as an
     * {@link AsyncIterator} is.
     *
     * @param source where the buffers come from
     * @param content gives the bytes of a buffer, valid until it is released; called by the reading thread, when it
     *     reads them
     * @param release gives a buffer back; called by the thread that reads or closes, or by the source's thread for a
     *     buffer that comes too late. What it throws goes to the dropped-error hook
     */
    public static <B> InputStream toInputStream(
            Flow.Publisher<? extends B> source, Function<? super B, ByteBuffer> content, Consumer<? super B> release) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(release, "release");
        return Inflow.open(source, content, release);
    }

    /**
     * {@return what a body writes, in buffers, as a cold stream} For each subscriber the body runs in a coroutine of its own.
     *
     * <p>Bytes are gathered in chunks. A write that fills a chunk waits until the subscriber requests it; so does
     * {@code flush} with the bytes that there are, and {@code close}, after which nothing can be written. When the body
     * has returned, the rest is handed over and the stream completes; what the body throws is the stream's failure,
     * after the chunks before it.
     *
     * <p>The body may let other threads write, one at a time, such as those of a library's pool, and must wait for
     * them. When the subscriber has left, a write throws {@link CancelledException} in a coroutine and an
     * {@link IOException} on another thread; an interrupt of such a thread ends its wait with an
     * {@link java.io.InterruptedIOException} and the flag set. No write succeeds after one that has failed, and a body
     * that ignores the failure does not complete the stream.
     *
     * @param chunkSize how many bytes a buffer has, at least 1; flushed buffers and the last one may be smaller
     * @param body what writes
     */
    public static AsyncStream<ByteBuffer> fromOutputStream(int chunkSize, OutputBody body) {
        if (chunkSize < 1) throw new IllegalArgumentException("chunkSize must be at least 1, is " + chunkSize);
        Objects.requireNonNull(body, "body");
        return Async.stream(out -> emitWritten(new Outflow(chunkSize, Async.backend()), body, out));
    }

    private static void emitWritten(Outflow outflow, OutputBody body, Emitter<ByteBuffer> out) throws Exception {
        Handle<?> writing = (Handle<?>) Async.async(() -> {
            body.write(outflow);
            outflow.finish();
        });
        writing.whenDone(outflow::end);
        try {
            while (outflow.awaitChunk()) {
                out.awaitDemand();
                out.emit(outflow.take());
            }
        } catch (Throwable thrown) {
            writing.cancel("nobody reads what is written"); // before a write fails because of that
            throw thrown;
        } finally {
            outflow.leave();
        }
        if (writing.outcome() instanceof Outcome.Failure<?> failed && failed.error() instanceof Exception checked)
            throw checked;
        writing.await();
    }
}
