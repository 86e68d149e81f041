package dev.weft.examples.frameworks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of all servers share: a client, one that leaves, and a thread-local that is registered. */
abstract class ServerTest {
    static final long SECONDS = 30;
    private static final Logger LOG = Logger.getLogger("");

    static {
        LOG.setLevel(Level.SEVERE); // Helidon and Tomcat tell of each start
    }

    static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    final Shop shop = new Shop();

    private final List<Socket> clients = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    abstract int port();

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
    }

    @AfterEach
    void unregister() throws IOException {
        for (Socket client : clients) client.close();
        ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
        http.close();
    }

    static <T> T soon(Future<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    Future<HttpResponse<String>> ask(String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    String get(String path) throws Exception {
        HttpResponse<String> response = soon(ask(path));
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    int status(String path) throws Exception {
        return soon(ask(path)).statusCode();
    }

    /** A client that has asked, and leaves when it is closed, without having read all that was sent to it. */
    Socket client(String path) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port());
        clients.add(socket);
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        return socket;
    }
}
