package dev.weft.examples.cluster;

import static dev.weft.Async.delay;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server of our own, which keeps what it has confirmed in a file in a temporary folder, whatever happens to it. */
final class RedisServer implements AutoCloseable {
    private static final String MISSING = "there is no program redis-server; install it (Debian: apt-get install"
            + " redis-server, macOS: brew install redis), or name a server that is there: -Dredis=redis://127.0.0.1:6379";
    /** What it has confirmed is on the disk. */
    private static final List<String> DURABLE = List.of("--appendonly", "yes", "--appendfsync", "always", "--save", "");

    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.UTF_8);

    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private RedisServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts one on a free port. */
    static RedisServer start() throws IOException {
        int port = freePort();
        var server = new RedisServer(Files.createTempDirectory("weft-redis"), port);
        try {
            server.launch();
            return server;
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw failed;
        }
    }

    String address() {
        return "redis://127.0.0.1:" + port;
    }

    /** Kills it with -9, and starts another on the same port and file. */
    void restart() throws IOException {
        kill();
        launch();
    }

    @Override
    public void close() {
        kill();
        delete(folder);
    }

    private void kill() {
        if (process != null) process.destroyForcibly().onExit().join();
    }

    /** Starts it, and waits until it has read its file. */
    private void launch() throws IOException {
        Path log = folder.resolve("log");
        Process started = start(log);
        process = started;
        Check.soon("redis-server answers on port " + port, () -> {
            while (!answers()) {
                Check.that(started.isAlive(), "redis-server has ended: " + Files.readString(log));
                delay(Duration.ofMillis(20));
            }
        });
    }

    private Process start(Path log) {
        List<String> command =
                List.of("redis-server", "--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + folder);
        try {
            return new ProcessBuilder(
                            Stream.concat(command.stream(), DURABLE.stream()).toList())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException missing) {
            throw new Check.Failed(MISSING);
        }
    }

    /** {@return whether it has read its file: until then it answers with an error} */
    private boolean answers() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(PING);
            return socket.getInputStream().read() == '+';
        } catch (ConnectException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException left) {
            throw new Check.Failed("could not delete " + folder + ": " + left);
        }
    }
}
