package dev.weft;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page that shows {@linkplain Coroutines#dump() what runs} in a browser: a tree to search and to sort, with the cycles
 * of those that wait for each other. It is served while this is open, from this machine to this machine alone, and
 * changes nothing. Everybody who has an account on the machine can read it.
 *
 * @since 0.1
 */
public final class CoroutinesPage implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final String JSON = "/coroutines.json";
    private static final int THREADS = 2;

    /**
     * The names of this machine for itself. A site that has its own name lead here would be read by its own scripts
     * (DNS rebinding), but cannot have the browser send one of these. A tunnel may use any port.
     */
    private static final Pattern OURSELVES = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

    private static final Pattern INLINE = Pattern.compile("<(script|style)>(.*?)</\\1>", Pattern.DOTALL);

    private final HttpServer server;
    private final byte[] page;
    private final String policy;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Not virtual ones, which do not run where all carriers are held. What a daemon starts is one too. */
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("weft-page-", 0).factory());

    private CoroutinesPage(HttpServer server, String page) {
        this.server = server;
        this.page = page.getBytes(StandardCharsets.UTF_8);
        this.policy = policy(page);
    }

    /**
     * Serves the page, on the loopback address, until it is closed or the process ends. Its threads keep no process
     * alive.
     *
     * @param port where; 0 takes one that is free
     * @throws IllegalArgumentException if that is no port
     * @throws IllegalStateException if this JVM lacks the module {@code jdk.httpserver}
     * @throws IOException if the port is taken, or may not be used
     */
    public static CoroutinesPage serve(int port) throws IOException {
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        if (ModuleLayer.boot().findModule("jdk.httpserver").isEmpty())
            throw new IllegalStateException("looked for the module jdk.httpserver, found none; add it:"
                    + " --add-modules jdk.httpserver, for java or for jlink");
        String text = read();
        var page = new CoroutinesPage(listen(port), text);
        page.start();
        return page;
    }

    private static HttpServer listen(int port) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            return HttpServer.create(address, 0);
        } catch (BindException refused) {
            var clear = new BindException("looked for port " + port + " of " + address.getHostString() + ", found: "
                    + refused.getMessage() + "; choose another one, or 0 for one that is free");
            clear.initCause(refused);
            throw clear;
        }
    }

    private static String read() throws IOException {
        try (InputStream page = CoroutinesPage.class.getResourceAsStream("coroutines.html")) {
            return new String(Objects.requireNonNull(page).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The server's own thread is a daemon if the one that starts it is. */
    private void start() {
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        CompletableFuture.runAsync(server::start, threads).join();
    }

    /** {@return where a browser on this machine finds it, such as {@code http://127.0.0.1:8099/}} */
    public URI address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[::1]" : host) + ':' + address.getPort() + '/');
    }

    /** Ends the page and its threads, and cuts off what is being served. Repeated, it does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        server.stop(0);
        threads.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean isJson = JSON.equals(path);
            if (!isForUs(exchange.getRequestHeaders().getFirst("Host")))
                refuse(exchange, 403, "This page answers to localhost, 127.0.0.1 and [::1] alone.");
            else if (!isJson && !"/".equals(path)) refuse(exchange, 404, "There are / and " + JSON + " here.");
            else if (exchange.getRequestMethod().equals("HEAD")) head(exchange, isJson, -1);
            else if (!exchange.getRequestMethod().equals("GET")) refuseMethod(exchange);
            else if (isJson) writeDump(exchange);
            else writePage(exchange);
        } catch (RuntimeException | Error fault) {
            LOG.log(Level.WARNING, "The page of coroutines has failed", fault);
            throw fault;
        }
    }

    private static boolean isForUs(@Nullable String host) {
        return host != null && OURSELVES.matcher(host).matches();
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        byte[] text = why.getBytes(StandardCharsets.UTF_8);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : text.length);
        if (!isHead) exchange.getResponseBody().write(text);
    }

    private static void refuseMethod(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        refuse(exchange, 405, "This page can be read, with GET, and nothing else.");
    }

    /** The length is as the server wants it: -1 for no body, 0 for one whose length is not known. */
    private void head(HttpExchange exchange, boolean isJson, long length) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", isJson ? "application/json" : "text/html; charset=utf-8");
        headers.set("Content-Security-Policy", policy);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, length);
    }

    private void writePage(HttpExchange exchange) throws IOException {
        head(exchange, false, page.length);
        exchange.getResponseBody().write(page);
    }

    private void writeDump(HttpExchange exchange) throws IOException {
        CoroutineDump dump = Coroutines.dump();
        head(exchange, true, 0);
        try (Writer to =
                new BufferedWriter(new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8))) {
            dump.writeJson(to);
        }
    }

    /** Nothing but the script and the style of the page itself, and that script may make no markup of a text. */
    private static String policy(String page) {
        var policy = new StringBuilder(
                "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
                        + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
        for (MatchResult inline : INLINE.matcher(page).results().toList())
            policy.append("; ")
                    .append(inline.group(1))
                    .append("-src 'sha256-")
                    .append(sha256(inline.group(2)))
                    .append('\'');
        return policy.toString();
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // each Java platform has it
        }
    }
}
