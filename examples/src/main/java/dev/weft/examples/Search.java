package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.owned;
import static dev.weft.Async.stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.AsyncStream;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A search that answers while somebody types. It asks when the text has not changed for a moment, gives up the request
 * for an older text, and goes on after one that failed.
 */
public final class Search {
    private static final Duration BETWEEN_KEYS = Duration.ofMillis(2);
    private static final Duration QUIET = Duration.ofMillis(30);

    private final PrintStream out;
    private final HttpClient http;
    private final Dictionary dictionary;

    /** What stands in the field, after each key. Only the newest one counts, also for a search that begins later. */
    private final SharedStream<String> texts = SharedStream.of(1, Overflow.latest());

    private final StateStream<String> page = StateStream.of("nothing");
    private final List<String> shown = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private int keys;

    private Search(PrintStream out, HttpClient http, Dictionary dictionary) {
        this.out = out;
        this.http = http;
        this.dictionary = dictionary;
    }

    public static void main(String[] args) {
        Example.main(Search.class, Search::search);
    }

    /** Opens a dictionary, and searches it. */
    static void search(PrintStream out) throws IOException {
        try (var http = HttpClient.newHttpClient();
                var dictionary = Dictionary.open()) {
            new Search(out, http, dictionary).search();
        }
    }

    private void search() {
        group(window -> {
            window.async(() -> answers().forEach(this::show));
            type("w", "we", "wea");
            expect("wea: [weave, weaver]");
            type("we", "w", Dictionary.SLOW);
            Check.soon(() -> await(dictionary.working), "nobody asks for " + Dictionary.SLOW);
            type("war");
            expect("war: [warp]");
            Check.soon(() -> await(dictionary.abandoned), "the dictionary still looks for " + Dictionary.SLOW);
            out.println("and the request for " + Dictionary.SLOW + " was given up");
            type("wa", "w", "wo", Dictionary.BROKEN);
            expect("woo: no answer, status 500");
            type("wo", "w", "we", "wef");
            expect("wef: [weft]");
            texts.complete(); // ends the answers
        });
        Check.that(shown.stream().noneMatch(answer -> answer.startsWith(Dictionary.SLOW + ":")), "shown: " + shown);
        Check.that(asked.get() < keys, keys + " keys made " + asked + " requests");
        Check.soon(() -> dictionary.busy.stream().filter(busy -> busy == 0).first(), "a request is still open");
        out.println("it asked less often than a key was pressed, and no request is open");
    }

    /** {@return the answers to show, each to the newest text} */
    private AsyncStream<String> answers() {
        return texts.stream()
                .debounce(QUIET)
                .distinctUntilChanged()
                .flatMapLatest(text -> answer(text)
                        .recover(IOException.class, failure -> text + ": no answer, " + failure.getMessage()));
    }

    private AsyncStream<String> answer(String text) {
        return stream(out -> {
            asked.incrementAndGet();
            out.emit(text + ": " + ask(text));
        });
    }

    /** A newer text cancels this, and the request with it, since that is ours alone. */
    private String ask(String text) throws IOException {
        var request = HttpRequest.newBuilder(dictionary.address(text)).build();
        var response = await(owned(http.sendAsync(request, BodyHandlers.ofString())), IOException.class);
        if (response.statusCode() != 200) throw new IOException("status " + response.statusCode());
        return response.body();
    }

    private void type(String... changes) {
        for (String text : changes) {
            texts.emit(text);
            keys++;
            delay(BETWEEN_KEYS);
        }
    }

    private void show(String answer) {
        shown.add(answer);
        page.set(answer);
    }

    private void expect(String answer) {
        Check.soon(() -> page.stream().filter(answer::equals).first(), "the page does not show " + answer);
        out.println(answer);
    }

    /** A server that knows some words. */
    private static final class Dictionary implements AutoCloseable {
        static final String SLOW = "wa";
        static final String BROKEN = "woo";

        private static final List<String> WORDS = List.of("warp", "weave", "weaver", "weft", "wool");

        final StateStream<Integer> busy = StateStream.of(0);
        final CompletableFuture<String> working = new CompletableFuture<>();
        final CompletableFuture<String> abandoned = new CompletableFuture<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer http;

        private Dictionary(HttpServer http) {
            this.http = http;
        }

        static Dictionary open() throws IOException {
            var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            var dictionary = new Dictionary(HttpServer.create(loopback, 0));
            dictionary.http.setExecutor(dictionary.threads);
            dictionary.http.createContext("/", dictionary::serve);
            dictionary.http.start();
            return dictionary;
        }

        URI address(String text) {
            return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/" + text);
        }

        private void serve(HttpExchange exchange) throws IOException {
            busy.update(busy -> busy + 1);
            String text = exchange.getRequestURI().getPath().substring(1);
            exchange.sendResponseHeaders(text.equals(BROKEN) ? 500 : 200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                if (text.equals(SLOW)) lookFor(text, body);
                List<String> found =
                        WORDS.stream().filter(word -> word.startsWith(text)).toList();
                body.write(found.toString().getBytes(StandardCharsets.UTF_8));
            } finally {
                busy.update(busy -> busy - 1);
            }
        }

        /** For as long as somebody waits for it: there is no end of words. */
        private void lookFor(String text, OutputStream body) throws IOException {
            working.complete(text);
            try {
                for (; ; delay(Duration.ofMillis(1))) {
                    body.write(' ');
                    body.flush();
                }
            } catch (IOException gone) {
                abandoned.complete(text);
                throw gone;
            }
        }

        @Override
        public void close() {
            http.stop(0);
            threads.close();
        }
    }
}
