package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static dev.weft.ByteStreams.fromOutputStream;
import static dev.weft.ByteStreams.toInputStream;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.weft.testing.Latches;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link ByteStreams}, against streams of the JDK and on threads that are no coroutines. */
@Timeout(60)
class ByteStreamsTest {
    private final HookLog hooks = new HookLog();
    private final ExecutorService foreign = Executors.newSingleThreadExecutor();

    /** What has the content of a pooled buffer, and how often it was given back. */
    private static final class Pooled {
        final ByteBuffer content;
        final AtomicInteger released = new AtomicInteger();

        Pooled(byte[] content) {
            this.content = ByteBuffer.wrap(content);
        }

        ByteBuffer content() {
            assertThat(released).as("read when it was released").hasValue(0);
            return content;
        }

        void release() {
            released.incrementAndGet();
        }
    }

    @AfterEach
    void closeAll() {
        foreign.shutdownNow();
        hooks.close();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static AsyncStream<ByteBuffer> chunksOf(byte[] bytes, int size) {
        return Async.stream(out -> {
            for (int at = 0; at < bytes.length; at += size)
                out.emit(ByteBuffer.wrap(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length))));
        });
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        return zipped.toByteArray();
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        var all = new ByteArrayOutputStream();
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    // --- in

    @Test
    void aCoroutineReadsWhatWasZipped() throws IOException {
        byte[] bytes = random(300_000);
        run(() -> {
            try (InputStream in = new GZIPInputStream(toInputStream(chunksOf(gzip(bytes), 1000)))) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
                assertThat(in.read()).isEqualTo(-1);
            }
        });
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aThreadOfAnotherPoolReads() {
        byte[] bytes = random(100_000);
        run(() -> {
            InputStream in = toInputStream(chunksOf(bytes, 777));
            var read = CompletableFuture.supplyAsync(
                    () -> {
                        try (in) {
                            return in.readAllBytes();
                        } catch (IOException failure) {
                            throw new AssertionError(failure);
                        }
                    },
                    foreign);
            assertThat(await(read)).isEqualTo(bytes);
        });
    }

    @Test
    void demandFollowsReading() throws IOException {
        var probe = new Probe<ByteBuffer>();
        try (InputStream in = toInputStream(probe)) {
            assertThat(probe.requests).isEmpty();
            var reading = Watched.thread(Thread.ofPlatform().daemon(), () -> in.read());
            until("asked", () -> !probe.requests.isEmpty());
            for (int n = 0; n < 4; n++) probe.next(ByteBuffer.wrap(new byte[] {(byte) n}));
            assertThat(reading.value()).isZero();
            assertThat(probe.requests).containsExactly(4L);
            assertThat(in.available()).isOne();
            assertThat(in.readNBytes(2)).containsExactly(1, 2);
            assertThat(probe.requests).containsExactly(4L, 3L);
        }
        assertThat(probe.cancels).hasValue(1);
    }

    @Test
    void theBytesComeBeforeTheFailureWhichIsItself() throws IOException {
        var failure = new IOException("source");
        var probe = new Probe<ByteBuffer>(p -> {
                    p.subscription();
                })
                .onRequest(n -> {});
        try (InputStream in = toInputStream(probe)) {
            probe.onRequest(n -> {
                probe.next(ByteBuffer.wrap(new byte[] {7}));
                probe.fail(failure);
            });
            assertThat(in.read()).isEqualTo(7);
            assertThatThrownBy(in::read).isSameAs(failure);
            assertThatThrownBy(in::read).isSameAs(failure);
        }
        assertThat(probe.cancels).hasValue(0);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void anotherFailureIsTheCauseOfAnIOException() throws IOException {
        var failure = new IllegalStateException("source");
        AsyncStream<ByteBuffer> broken = Async.stream(out -> {
            throw failure;
        });
        try (InputStream in = toInputStream(broken)) {
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasCause(failure);
        }
    }

    @Test
    void closeEndsAReadThatWaits() throws IOException {
        var probe = new Probe<ByteBuffer>();
        InputStream in = toInputStream(probe);
        var reading =
                Watched.thread(Thread.ofPlatform().daemon(), () -> in.read()).parked();
        in.close();
        in.close();
        assertThat(reading.failure()).isInstanceOf(IOException.class).hasMessage("the stream is closed");
        assertThat(probe.cancels).hasValue(1);
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptEndsTheWaitAndNothingElse() throws Exception {
        var probe = new Probe<ByteBuffer>();
        try (InputStream in = toInputStream(probe)) {
            var reading = Watched.thread(Thread.ofPlatform().daemon(), () -> in.read())
                    .parked();
            reading.thread().interrupt();
            assertThat(reading.failure()).isInstanceOf(InterruptedIOException.class);
            assertThat(reading.interruptedAtEnd()).isTrue();
            probe.next(ByteBuffer.wrap(new byte[] {5}));
            assertThat(in.read()).isEqualTo(5);
        }
    }

    @Test
    void aCancelledCoroutineReadsNoMore() {
        var probe = new Probe<ByteBuffer>();
        var reading = Watched.coroutine(() -> {
            try (InputStream in = toInputStream(probe)) {
                return in.read();
            }
        });
        reading.parked();
        reading.cancel();
        assertThat(reading.failure()).isInstanceOf(CancelledException.class);
        until("cancelled", () -> probe.cancels.get() == 1);
    }

    @Test
    void aThreadThatMustNotBlockIsRefused() throws IOException {
        InputStream in = toInputStream(chunksOf(new byte[1], 1));
        try (var loop = new TestLoops.Loop("loop", false)) {
            loop.run(() -> assertThatThrownBy(in::read).isInstanceOf(IllegalStateException.class));
        } finally {
            in.close();
        }
    }

    @Test
    void aBufferWhoseContentCannotBeHadIsReleasedAndTheRestIsNotRead() {
        var buffer = new Pooled(new byte[9]);
        var failure = new IllegalStateException("content");
        InputStream in = toInputStream(
                AsyncStream.from(List.of(buffer, new Pooled(new byte[3]))),
                b -> {
                    throw failure;
                },
                Pooled::release);
        assertThatThrownBy(in::read).isSameAs(failure);
        assertThat(buffer.released).hasValue(1);
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }

    @Test
    void tooManyBuffersAreAnOverflow() throws IOException {
        var probe = new Probe<ByteBuffer>();
        try (InputStream in = toInputStream(probe)) {
            probe.next(ByteBuffer.allocate(1));
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasCauseInstanceOf(OverflowException.class);
            assertThat(probe.cancels).hasValue(1);
        }
        assertThat(hooks.rules()).containsExactly("1.1");
    }

    @Test
    void oneThatIsLeftOpenIsClosedByTheCollector() {
        var probe = new Probe<ByteBuffer>();
        forget(probe);
        until("closed", () -> {
            System.gc();
            return probe.cancels.get() == 1 && hooks.dropped.size() == 1;
        });
        assertThat(hooks.dropped.get(0)).hasMessageContaining("garbage-collected");
    }

    @SuppressWarnings("resource")
    private static void forget(Probe<ByteBuffer> probe) {
        toInputStream(probe);
    }

    /** No matter which side closes or cancels, and when. */
    @Test
    void eachBufferIsReleasedOnce() throws IOException {
        var made = new ConcurrentLinkedQueue<Pooled>();
        Hooks.Handle discarding = Hooks.onDiscard(value -> ((Pooled) value).release());
        try {
            for (int round = 0; round < 2000; round++) readAndClose(new Random(round), made);
            List<Pooled> all = List.copyOf(made); // a generator that was cancelled just now may make one more
            until("released", () -> all.stream().allMatch(buffer -> buffer.released.get() > 0));
            assertThat(all).allMatch(buffer -> buffer.released.get() == 1);
        } finally {
            discarding.close();
        }
        assertThat(hooks.dropped).allMatch(failure -> "source".equals(failure.getMessage()));
    }

    private static void readAndClose(Random chance, Queue<Pooled> made) throws IOException {
        int end = chance.nextInt(12);
        AsyncStream<Pooled> source = Async.stream(out -> {
            for (int n = 0; n < 10; n++) {
                var buffer = new Pooled(new byte[1 + n]);
                made.add(buffer);
                out.emit(buffer);
                if (n == end) throw new IOException("source");
            }
        });
        int wanted = chance.nextInt(50);
        InputStream in = toInputStream(source, Pooled::content, Pooled::release);
        Deferred<?> reading = Async.async(() -> {
            try (in) {
                for (int left = wanted; left > 0 && in.read() >= 0; left--)
                    if (ThreadLocalRandom.current().nextInt(5) == 0) Thread.yield();
            }
        });
        switch (chance.nextInt(3)) {
            case 0 -> in.close();
            case 1 -> reading.cancel();
            default -> {}
        }
        until("read", reading::isDone);
        reading.outcome();
        in.close();
    }

    // --- out

    @Test
    void whatIsZippedInAGeneratorCanBeUnzipped() throws IOException {
        byte[] bytes = random(300_000);
        byte[] archive = joined(fromOutputStream(1000, out -> {
                    try (var zip = new ZipOutputStream(out)) {
                        zip.putNextEntry(new ZipEntry("data"));
                        zip.write(bytes);
                    }
                })
                .collect(1000));
        try (var zip = new ZipInputStream(new java.io.ByteArrayInputStream(archive))) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("data");
            assertThat(zip.readAllBytes()).isEqualTo(bytes);
        }
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aFileIsCopiedIntoAGenerator(@TempDir Path folder) throws IOException {
        byte[] bytes = random(50_000);
        Path file = Files.write(folder.resolve("data"), bytes);
        assertThat(joined(fromOutputStream(4096, out -> Files.copy(file, out)).collect(100)))
                .isEqualTo(bytes);
    }

    @Test
    void aThreadOfAnotherPoolWrites() {
        byte[] bytes = random(20_000);
        AsyncStream<ByteBuffer> written =
                fromOutputStream(100, out -> await(CompletableFuture.runAsync(() -> writeAll(out, bytes), foreign)));
        assertThat(joined(written.collect(1000))).isEqualTo(bytes);
        assertThat(hooks.dropped).isEmpty();
    }

    private static void writeAll(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    void aWriteWaitsToBeAskedFor() {
        var written = new AtomicInteger();
        var sink = new Sink<ByteBuffer>().to(fromOutputStream(2, out -> {
            for (int n = 0; n < 5; n++) {
                out.write(n);
                written.incrementAndGet();
            }
        }));
        until("the first chunk is full", () -> written.get() == 1);
        sink.parked();
        assertThat(written).hasValue(1);
        sink.request(1);
        until("the second chunk is full", () -> written.get() == 3);
        sink.request(1);
        until("all is written", () -> written.get() == 5);
        assertThat(sink.hasEnded()).isFalse();
        sink.request(1);
        sink.ended();
        assertThat(joined(sink.values)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void nothingWrittenIsAnEndWithoutDemand() {
        var sink = new Sink<ByteBuffer>().to(fromOutputStream(2, out -> {})).ended();
        assertThat(sink.completed).isTrue();
        assertThat(sink.values).isEmpty();
    }

    @Test
    void flushHandsOverWhatThereIs() {
        var sink = new Sink<ByteBuffer>().onSubscribe(s -> s.request(9)).to(fromOutputStream(100, out -> {
            out.write(1);
            out.flush();
            out.flush();
            out.write(2);
            out.close();
            out.close();
            assertThatThrownBy(() -> out.write(3)).isInstanceOf(IOException.class);
        }));
        sink.ended();
        assertThat(sink.failure).isNull();
        assertThat(sink.values).containsExactly(ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[] {2}));
    }

    @Test
    void aFailureComesBehindTheChunks() {
        var failure = new IOException("body");
        for (int round = 0; round < 200; round++) {
            var sink = new Sink<ByteBuffer>().onSubscribe(s -> s.request(9)).to(fromOutputStream(1, out -> {
                out.write(1);
                throw failure;
            }));
            sink.ended();
            assertThat(sink.failure).isSameAs(failure);
            assertThat(sink.values).hasSize(1);
        }
    }

    @Test
    void aSubscriberWhoLeavesEndsTheWriteOfACoroutine() {
        var thrown = new CompletableFuture<Throwable>();
        var sink = new Sink<ByteBuffer>().to(fromOutputStream(1, out -> {
            try (var zip = new GZIPOutputStream(out)) {
                zip.write(1);
            } catch (Throwable failure) {
                thrown.complete(failure);
                throw failure;
            }
        }));
        sink.parked();
        sink.cancel();
        sink.joined();
        assertThat(thrown.join()).isInstanceOf(CancelledException.class);
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aSubscriberWhoLeavesEndsTheWriteOfAForeignThread() {
        var thrown = new CompletableFuture<Throwable>();
        var writing = new CountDownLatch(1);
        var sink = new Sink<ByteBuffer>()
                .to(fromOutputStream(
                        1,
                        out -> foreign.submit(() -> {
                                    writing.countDown();
                                    try {
                                        out.write(1);
                                    } catch (Throwable failure) {
                                        thrown.complete(failure);
                                    }
                                })
                                .get()));
        Latches.awaitUninterruptibly(writing);
        sink.parked();
        sink.cancel();
        sink.joined();
        assertThat(thrown.join()).isInstanceOf(IOException.class).hasMessage("nobody reads this any more");
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void aGapThatTheBodyIgnoresFailsTheStream() {
        var writer = new CompletableFuture<Thread>();
        var ended = new CompletableFuture<Boolean>();
        var sink = new Sink<ByteBuffer>()
                .to(fromOutputStream(
                        1,
                        out -> await(CompletableFuture.runAsync(
                                () -> {
                                    writer.complete(Thread.currentThread());
                                    try {
                                        out.write(1);
                                    } catch (IOException ignored) {
                                        ended.complete(Thread.interrupted());
                                    }
                                },
                                foreign))));
        Thread thread = writer.join();
        until("waits", () -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        assertThat(ended.join()).isTrue();
        sink.request(1);
        sink.ended();
        assertThat(sink.values).hasSize(1);
        assertThat(sink.failure).isInstanceOf(InterruptedIOException.class);
    }

    // --- both

    @Test
    void throughAnHttpClientAndBack() throws Exception {
        byte[] bytes = random(500_000);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"))
                    .POST(HttpRequest.BodyPublishers.fromPublisher(fromOutputStream(8192, out -> {
                        try (var zip = new GZIPOutputStream(out)) {
                            zip.write(bytes);
                        }
                    })))
                    .build();
            run(() -> {
                var body = await(client.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher()))
                        .body();
                AsyncStream<ByteBuffer> buffers = Async.stream(out -> {
                    for (List<ByteBuffer> some : Async.each(body)) for (ByteBuffer one : some) out.emit(one);
                });
                try (var in = new GZIPInputStream(toInputStream(buffers))) {
                    assertThat(in.readAllBytes()).isEqualTo(bytes);
                }
            });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aHundredMegabytesPassWithoutBeingKept() throws IOException {
        long size = 100L << 20;
        var most = new AtomicLong();
        var written = new AtomicLong();
        AsyncStream<ByteBuffer> source = fromOutputStream(1 << 16, out -> {
            byte[] block = new byte[1 << 16];
            for (long n = 0; n < size; n += block.length) {
                out.write(block);
                written.addAndGet(block.length);
            }
        });
        run(() -> {
            try (InputStream in = toInputStream(source)) {
                byte[] block = new byte[10_000];
                long read = 0;
                for (int n; (n = in.read(block)) >= 0; read += n)
                    most.accumulateAndGet(written.get() - read, Math::max);
                assertThat(read).isEqualTo(size);
            }
        });
        assertThat(most.get()).isLessThan(8 << 16);
    }
}
