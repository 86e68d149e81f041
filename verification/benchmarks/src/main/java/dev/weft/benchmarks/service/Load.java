package dev.weft.benchmarks.service;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * A closed loop over connections to a service, on the thread that calls it: each connection sends a request as soon as
 * the one before is answered. Every answer is compared with the right one.
 */
final class Load implements AutoCloseable {
    /** How long an answer may take. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Selector selector = Selector.open();
    private final List<Connection> connections = new ArrayList<>();

    Load(int port, int count, Work work) throws IOException {
        var address = new InetSocketAddress("127.0.0.1", port);
        for (int id = 0; id < count; id++) {
            SocketChannel channel = SocketChannel.open(address);
            var connection = new Connection(channel, Integer.toString(id), work.answer(Integer.toString(id)));
            channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, connection);
            connections.add(connection);
        }
    }

    /** Keeps the service busy for a time, and until the last answer. */
    Sample run(Duration time) throws IOException {
        long start = System.nanoTime();
        send();
        return receive(start, start + time.toNanos());
    }

    /** Sends a request over each connection. */
    void send() throws IOException {
        for (Connection connection : connections) connection.send();
    }

    /** Waits for the answers to the requests that were sent. */
    void receive() throws IOException {
        long now = System.nanoTime();
        receive(now, now);
    }

    private Sample receive(long start, long end) throws IOException {
        var latencies = new Histogram(3);
        long now = start;
        for (int busy = connections.size(); busy > 0; ) {
            if (selector.select(PATIENCE.toMillis()) == 0)
                throw new IllegalStateException(busy + " requests are not answered after " + PATIENCE);
            for (SelectionKey key : selector.selectedKeys()) {
                var connection = (Connection) key.attachment();
                if (!connection.receive()) continue;
                now = System.nanoTime();
                latencies.recordValue(now - connection.sent);
                if (now < end) connection.send();
                else busy--;
            }
            selector.selectedKeys().clear();
        }
        return Sample.of(latencies, now - start);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) connection.channel.close();
        selector.close();
    }

    /** One request at a time. */
    private static final class Connection {
        private static final Pattern LENGTH =
                Pattern.compile("^content-length: *(\\d+)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

        private final SocketChannel channel;
        private final ByteBuffer request;
        private final ByteBuffer in = ByteBuffer.allocate(4096);
        private final String body;
        private String whole = "";
        private long sent;

        Connection(SocketChannel channel, String id, String body) {
            this.channel = channel;
            this.request = ByteBuffer.wrap(
                    ("GET /" + id + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            this.body = body;
        }

        void send() throws IOException {
            sent = System.nanoTime();
            channel.write(request.rewind());
            if (request.hasRemaining()) throw new IOException("a request does not fit into the socket's buffer");
        }

        /** {@return whether the answer is complete} */
        boolean receive() throws IOException {
            if (channel.read(in) < 0) throw new EOFException("the service closed a connection");
            String text = new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
            if (!text.equals(whole) && !isWhole(text)) return false;
            whole = text;
            in.clear();
            return true;
        }

        private boolean isWhole(String text) {
            int head = text.indexOf("\r\n\r\n");
            if (head < 0) return false;
            Matcher length = LENGTH.matcher(text);
            if (!length.find()) throw new IllegalStateException("an answer without content-length: " + text);
            String found = text.substring(head + 4);
            if (found.length() < Integer.parseInt(length.group(1))) return false;
            if (!text.startsWith("HTTP/1.1 200 ") || !found.equals(body))
                throw new IllegalStateException("looked for " + body + ", found " + text);
            return true;
        }
    }
}
