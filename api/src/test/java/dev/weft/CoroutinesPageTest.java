package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.testing.Watched;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of what runs, as HTTP sees it: row N5 of the promises. */
class CoroutinesPageTest {
    private static final String JSON = "coroutines.json";

    private final CoroutinesPage page = serve();
    private final HttpClient http = HttpClient.newHttpClient();

    private static CoroutinesPage serve() {
        try {
            return CoroutinesPage.serve(0);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @AfterEach
    void close() {
        page.close();
        http.close();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        URI address = URI.create(page.address() + path);
        var request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(Watched.SECONDS))
                .method(method, BodyPublishers.noBody());
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** {@return what the page answers to these lines, which no well-behaved client would send} */
    private String say(String... lines) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), page.address().getPort());
    }

    @Test
    void N5_thePageIsServedWithAPolicyThatLetsNothingElseRun() throws Exception {
        HttpResponse<String> answer = ask("GET", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "connect-src 'self'", "require-trusted-types-for 'script'")
                .contains("script-src 'sha256-" + hashOf("script", answer.body()) + "'")
                .contains("style-src 'sha256-" + hashOf("style", answer.body()) + "'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).hasValue("same-origin");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    private static String hashOf(String element, String page) throws Exception {
        String text = page.substring(
                page.indexOf('<' + element + '>') + element.length() + 2, page.indexOf("</" + element + '>'));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(hash);
    }

    @Test
    void N5_thePageLoadsNothingFromElsewhereAndMakesNoMarkupOfText() throws Exception {
        assertThat(ask("GET", "").body())
                .doesNotContain("http:", "https:", "src=", "@import", "url(")
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "onclick=");
    }

    @Test
    void N5_theDumpIsServedAndANameIsData() throws Exception {
        var gate = new CompletableFuture<String>();
        String name = "</script><img src=x onerror=\"alert(1)\">\u00e9\u4e2d";
        Deferred<String> waits = coroutine(() -> await(gate)).named(name).start();
        HttpResponse<String> answer = ask("GET", JSON);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.body())
                .startsWith("{\"taken\":\"")
                .contains("\"name\":\"</script><img src=x onerror=\\\"alert(1)\\\">\u00e9\u4e2d\"")
                .endsWith("]}\n");
        assertThat(ask("GET", "").body()).doesNotContain("onerror");
        gate.complete("a");
        waits.await();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", JSON})
    void N5_headHasTheHeadersAndNoBody(String path) throws Exception {
        HttpResponse<String> answer = ask("HEAD", path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .isEqualTo(ask("GET", path).headers().firstValue("Content-Type"));
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
    void N5_itCanOnlyBeRead(String method) throws Exception {
        for (String path : List.of("", JSON)) {
            HttpResponse<String> answer = ask(method, path);
            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "coroutines.json/", "coroutines.html", "%2e%2e/", "%2f", "favicon.ico"})
    void N5_thereIsNothingElse(String path) throws Exception {
        assertThat(ask("GET", path).statusCode()).isEqualTo(404);
        assertThat(ask("HEAD", path).statusCode()).isEqualTo(404);
    }

    /** A name of another site may have been made to lead here. */
    @ParameterizedTest
    @CsvSource({
        "localhost,            200",
        "localhost:1,          200", // through a tunnel
        "127.0.0.1:8080,       200",
        "[::1]:8080,           200",
        "evil.example,         403",
        "localhost.evil.com,   403",
        "127.0.0.1.evil.com,   403",
        "evil.com:127,         403",
        "localhost@evil.com,   403",
        "localhost:1:2,        403",
        "'',                   403"
    })
    void N5_theHostIsThisMachine(String host, int status) throws Exception {
        assertThat(say("GET /" + JSON + " HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 " + status);
    }

    @Test
    void N5_aRequestWithoutAHostIsRefused() throws Exception {
        assertThat(say("GET / HTTP/1.0", "Accept: */*")).startsWith("HTTP/1.1 403");
    }

    @Test
    void N5_onlyThisMachineCanConnect() throws Exception {
        assertThat(InetAddress.getByName(page.address().getHost()).isLoopbackAddress())
                .isTrue();
        for (var own : NetworkInterface.networkInterfaces().toList())
            for (InetAddress address : own.inetAddresses().toList())
                if (!address.isLoopbackAddress()) assertThat(isOpen(address)).isFalse();
    }

    private boolean isOpen(InetAddress address) {
        try (Socket socket = new Socket(address, page.address().getPort())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void aPortThatIsTakenIsAClearError() {
        int port = page.address().getPort();
        assertThatThrownBy(() -> CoroutinesPage.serve(port))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("looked for port " + port + " of ")
                .hasMessageEndingWith("; choose another one, or 0 for one that is free");
    }

    @Test
    void whatIsNoPortIsRefused() {
        for (int port : List.of(-1, 65_536))
            assertThatThrownBy(() -> CoroutinesPage.serve(port))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("port must be 0 to 65535, but is " + port);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weft-page-"))
                .toList();
    }

    @Test
    void N5_itsThreadsAreDaemonsAndEndWithIt() throws Exception {
        ask("GET", JSON);
        assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
        page.close();
        Watched.until("its threads have ended", () -> threads().isEmpty());
        assertThatThrownBy(() -> ask("GET", "")).isInstanceOf(ConnectException.class);
        page.close(); // does nothing
        CoroutinesPage.serve(page.address().getPort()).close(); // the port is free
    }

    @Test
    void aClientThatStallsHoldsUpNeitherTheNextNorTheEnd() throws Exception {
        try (Socket stalled = connect()) {
            stalled.getOutputStream().write("GET / HTTP".getBytes(StandardCharsets.US_ASCII));
            assertThat(ask("GET", JSON).statusCode()).isEqualTo(200);
            page.close();
            Watched.until("its threads have ended", () -> threads().isEmpty());
        }
    }

    /** A program that serves the page and ends: nothing keeps it alive. */
    static final class Serves {
        public static void main(String[] args) throws IOException {
            try {
                System.out.println("at " + CoroutinesPage.serve(0).address());
            } catch (IllegalStateException missing) {
                System.out.println(missing.getMessage());
            }
        }
    }

    @Test
    void itKeepsNoProcessAlive() throws Exception {
        assertThat(said(Serves.class)).matches("at http://127\\.0\\.0\\.1:\\d+/\\R");
        assertThat(said(Serves.class, "-Djava.net.preferIPv6Addresses=true"))
                .matches("at http://(127\\.0\\.0\\.1|\\[::1]):\\d+/\\R");
    }

    @Test
    void theModuleThatIsMissingIsNamed() throws Exception {
        assertThat(said(Serves.class, "--limit-modules=java.base"))
                .startsWith("looked for the module jdk.httpserver, found none; add it: --add-modules jdk.httpserver");
    }

    /** What is started for {@link #itAnswersWhereAllCarriersAreHeld}. */
    static final class Stands {
        /** Waits where a class is initialized, which holds the carrier. */
        private static final class Holds {
            static final Object VALUE = await(new CompletableFuture<>());
        }

        public static void main(String[] args) throws Exception {
            coroutine(() -> Holds.VALUE).named("holds").start();
            coroutine(() -> "").named("never gets its turn").start();
            try (var page = CoroutinesPage.serve(0)) {
                String dump = "";
                for (int tries = 0; tries < 10_000 && !dump.contains("\"waitsFor\""); tries++)
                    dump = read(page.address().resolve(JSON));
                System.out.println(dump);
            }
            System.exit(0);
        }

        private static String read(URI address) throws IOException {
            try (InputStream answer = address.toURL().openStream()) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void itAnswersWhereAllCarriersAreHeld() throws Exception {
        assertThat(said(
                        Stands.class,
                        "-Dweft.backend=jdk",
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1"))
                .contains("\"name\":\"holds\"", "\"name\":\"never gets its turn\"");
    }

    /** Many coroutines, of which two wait for each other, in a browser that runs the script of the page. */
    @Test
    void N5_aBrowserShowsNamesAsTextAndOnlyTheRowsThatCanBeSeen(@TempDir Path profile) throws Exception {
        Path chromium = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(chromium != null, "no chromium on the path: the page is not loaded in a browser");
        var gate = new CompletableFuture<String>();
        var first = new CompletableFuture<Deferred<String>>();
        String name = "<img src=x onerror=\"document.title='run'\">";
        Deferred<String> hostile =
                coroutine(() -> await(first).await()).named(name).start();
        first.complete(coroutine(() -> hostile.await()).named("other").start());
        List<Deferred<String>> many = IntStream.range(0, 2_000)
                .mapToObj(i -> coroutine(() -> await(gate)).named("order " + i).start())
                .toList();
        Watched.until("the cycle is there", () -> !Coroutines.dump().cycles().isEmpty());
        String shown = output(new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox", // as root, it needs that
                        "--disable-gpu",
                        "--user-data-dir=" + profile,
                        "--virtual-time-budget=10000",
                        "--dump-dom",
                        page.address().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD));
        hostile.cancel();
        gate.complete("a");
        many.forEach(Deferred::await);
        assertThat(shown)
                .contains("<title>Coroutines</title>")
                .containsPattern("2\u202f\\d{3} coroutines and \\d+ sources at ")
                .contains("They wait for each other: ", "&lt;img src=x onerror=", ">cycle</span>")
                .containsPattern(">order \\d+</bdi>");
        assertThat(shown.split("role=\"row\"").length).isBetween(10, 100);
    }

    private static String said(Class<?> program, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        return output(new ProcessBuilder(command).redirectErrorStream(true));
    }

    private static String output(ProcessBuilder program) throws Exception {
        Path said = Files.createTempFile("said", null);
        try {
            Process process = program.redirectOutput(said.toFile()).start();
            boolean isOver = process.waitFor(2 * Watched.SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(isOver && process.exitValue() == 0)
                    .as(Files.readString(said))
                    .isTrue();
            return Files.readString(said);
        } finally {
            Files.delete(said);
        }
    }
}
