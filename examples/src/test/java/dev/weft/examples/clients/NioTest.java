package dev.weft.examples.clients;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.throwing;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The asynchronous channels of the JDK. Their operations have no handle: what aborts one is to close the channel. */
class NioTest extends ClientTest {
    @TempDir
    Path folder;

    private AsynchronousChannelGroup group;
    private AsynchronousServerSocketChannel server;

    @BeforeEach
    void open() throws IOException {
        group = AsynchronousChannelGroup.withFixedThreadPool(
                1, Thread.ofPlatform().name("nio").factory());
        server = AsynchronousServerSocketChannel.open(group)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        group.shutdownNow();
        assertThat(group.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
        untilNoThreadOf("nio");
    }

    private static AsynchronousSocketChannel accept(AsynchronousServerSocketChannel server) {
        return awaitCallback(done -> {
            done.onCancel(server::close);
            server.accept(null, done);
        });
    }

    private AsynchronousSocketChannel connect() throws IOException {
        var channel = AsynchronousSocketChannel.open(group);
        var address = server.getLocalAddress();
        Async.<Void>awaitCallback(done -> {
            done.onCancel(channel::close);
            channel.connect(address, null, done);
        });
        return channel;
    }

    /** {@return how many bytes it has read, or -1 at the end} */
    private static int read(AsynchronousSocketChannel channel, ByteBuffer into) throws IOException {
        return throwing(
                IOException.class,
                () -> Async.<Integer>awaitCallback(done -> {
                    done.onCancel(channel::close);
                    channel.read(into, null, done);
                }));
    }

    private static void write(AsynchronousSocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            throwing(
                    IOException.class,
                    () -> Async.<Integer>awaitCallback(done -> {
                        done.onCancel(channel::close);
                        channel.write(bytes, null, done);
                    }));
        }
    }

    /** {@return the bytes that fill a buffer of that size} */
    private static String readFully(AsynchronousSocketChannel channel, int size) throws IOException {
        var buffer = ByteBuffer.allocate(size);
        while (buffer.hasRemaining()) {
            if (read(channel, buffer) < 0) throw new EOFException("the end after " + buffer.position() + " bytes");
        }
        return new String(buffer.array(), StandardCharsets.US_ASCII);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aFileIsWrittenAndRead() throws IOException {
        var read = ByteBuffer.allocate(7);
        try (var channel = AsynchronousFileChannel.open(
                folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            int atTheEnd = run(() -> {
                int written = awaitCallback(done -> channel.write(bytes("content"), 0, null, done));
                int length = awaitCallback(done -> channel.read(read, 0, null, done));
                assertThat(length).isEqualTo(written).isEqualTo(7);
                return Async.<Integer>awaitCallback(done -> channel.read(ByteBuffer.allocate(1), 7, null, done));
            });
            assertThat(atTheEnd).isEqualTo(-1);
        }
        assertThat(read.flip()).isEqualTo(bytes("content"));
    }

    @Test
    void anEcho() throws IOException {
        String echoed = run(() -> {
            var serving = async(() -> {
                try (var channel = accept(server)) {
                    write(channel, bytes(readFully(channel, 5)));
                }
            });
            try (var channel = connect()) {
                write(channel, bytes("hello"));
                String answer = readFully(channel, 5);
                assertThat(read(channel, ByteBuffer.allocate(1))).isEqualTo(-1);
                serving.await();
                return answer;
            }
        });
        assertThat(echoed).isEqualTo("hello");
    }

    @Test
    void aTimeLimitClosesTheChannelAndTheOtherSideLearnsOfIt() throws IOException {
        run(() -> {
            var serving = async(() -> {
                try (var channel = accept(server)) {
                    return read(channel, ByteBuffer.allocate(1));
                }
            });
            try (var channel = connect()) {
                timedOut(() -> Async.<Integer>awaitCallback(done -> {
                    done.onCancel(channel::close);
                    channel.read(ByteBuffer.allocate(1), null, done);
                    resetTimeout(SOON);
                }));
                until("closed", () -> !channel.isOpen());
                assertThat(withTimeout(Duration.ofSeconds(SECONDS), serving::await))
                        .isEqualTo(-1);
            } catch (TimeoutException late) {
                throw new AssertionError("the other side still waits", late);
            }
        });
    }

    @Test
    void aCancellationEndsAnAccept() throws Exception {
        var accepting = new CompletableFuture<Void>();
        cancelled(
                accepting,
                () -> Async.<AsynchronousSocketChannel>awaitCallback(done -> {
                    done.onCancel(server::close);
                    server.accept(null, done);
                    accepting.complete(null);
                }));
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void anOtherSideThatGoesAwayInTheMiddleIsTheEnd() throws IOException {
        run(() -> {
            var serving = async(() -> {
                try (var channel = accept(server)) {
                    write(channel, bytes("he"));
                }
            });
            try (var channel = connect()) {
                assertThatThrownBy(() -> readFully(channel, 5)).hasMessage("the end after 2 bytes");
            }
            serving.await();
        });
    }

    @Test
    void theFailureIsTheOneThatTheChannelHasTold() throws IOException {
        var told = new AtomicReference<Throwable>();
        run(() -> {
            var serving = async(() -> {
                try (var channel = accept(server)) {
                    readFully(channel, 1); // and closes with the rest unread, which is a reset
                }
            });
            try (var channel = connect()) {
                write(channel, bytes("hello"));
                assertThatThrownBy(() -> throwing(
                                IOException.class,
                                () -> Async.<Integer>awaitCallback(
                                        done -> channel.read(ByteBuffer.allocate(1), null, noting(told, done)))))
                        .satisfies(thrown -> assertThat(thrown).isSameAs(told.get()))
                        .hasMessageContaining("reset");
            }
            serving.await();
        });
    }

    private static <V> CompletionHandler<V, Object> noting(
            AtomicReference<Throwable> told, CompletionHandler<V, Object> next) {
        return new CompletionHandler<>() {
            @Override
            public void completed(V value, Object attachment) {
                next.completed(value, attachment);
            }

            @Override
            public void failed(Throwable failure, Object attachment) {
                told.set(failure);
                next.failed(failure, attachment);
            }
        };
    }
}
