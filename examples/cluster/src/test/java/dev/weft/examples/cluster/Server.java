package dev.weft.examples.cluster;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The Redis that tests need: the one that the property names, or one that is started. Without either, they are skipped. */
public final class Server implements AutoCloseable {
    private final @Nullable RedisServer own;
    private final String address;

    private Server(@Nullable RedisServer own, String address) {
        this.own = own;
        this.address = address;
    }

    /** Skips the test if there is none. */
    static void require() {
        if (!isThere()) abort("skipped: there is no program redis-server, and -Dredis names no server");
    }

    static boolean isThere() {
        return !System.getProperty("redis", "").isEmpty() || isInstalled();
    }

    public static Server open() throws IOException {
        require();
        String named = System.getProperty("redis", "");
        if (!named.isEmpty()) return new Server(null, named);
        RedisServer own = RedisServer.start();
        return new Server(own, own.address());
    }

    public String address() {
        return address;
    }

    /** Skips the test if the server may not be restarted. */
    public void requireOwn() {
        if (own == null) abort("skipped: the server that -Dredis names is not ours to restart");
    }

    /** Kills it and starts it again. */
    public void restart() throws IOException {
        requireNonNull(own).restart();
    }

    @Override
    public void close() {
        if (own != null) own.close();
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> new File(folder, "redis-server").canExecute());
    }
}
