package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.withTimeout;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Fetches the pages of an API, some slow and some failing: a limited number of requests at a time, with a time limit
 * and retries, and a summary.
 */
public final class ApiCrawler {
    private static final int AT_ONCE = 4;
    private static final int ATTEMPTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final HttpClient http;
    private final Api api;
    private final Semaphore requests = new Semaphore(AT_ONCE);

    private ApiCrawler(HttpClient http, Api api) {
        this.http = http;
        this.api = api;
    }

    public static void main(String[] args) {
        Example.main(ApiCrawler.class, ApiCrawler::crawl);
    }

    /** Starts the API, and asks it for all its pages. */
    static void crawl(PrintStream out) throws IOException {
        try (var api = Api.start();
                var http = HttpClient.newHttpClient()) {
            var crawler = new ApiCrawler(http, api);
            out.println("asked for " + crawler.get("/robots.txt"));
            crawler.crawlPages(out);
        }
    }

    private void crawlPages(PrintStream out) {
        List<String> pages =
                IntStream.range(0, Api.PAGES).mapToObj(n -> "/page-" + n).toList();
        List<Outcome<String>> outcomes = gatherSettled(
                pages.stream().map(page -> coroutine(() -> fetch(page))).toList());
        int found = 0;
        for (int i = 0; i < pages.size(); i++) {
            String page = pages.get(i);
            switch (outcomes.get(i)) {
                case Outcome.Success<String>(String text) -> {
                    found++;
                    Check.same(page, text, "the text");
                }
                case Outcome.Failure<String>(Throwable error) -> out.println(page + ": " + error);
                case Outcome.Cancelled<String> cancelled -> throw new Check.Failed(page + " was cancelled");
            }
        }
        out.printf("%d of %d pages, with at most %d requests at once%n", found, pages.size(), api.mostBusy.get());
        out.printf("%s was busy and answered after %d requests%n", Api.BUSY, api.requests(Api.BUSY));
        Check.same(Api.PAGES - 2, found, "the number of pages");
        Check.same(AT_ONCE, api.mostBusy.get(), "the number of requests at once");
        Check.same(ATTEMPTS, api.requests(Api.BUSY), "the number of requests to the busy page");
        Check.same(1, api.requests(Api.BROKEN), "the number of requests to the broken page");
        Check.same(1, api.requests(Api.SLOW), "the number of requests to the slow page");
    }

    private String fetch(String page) throws Exception {
        return retrying(() -> limited(() -> withTimeout(PATIENCE, () -> get(page))));
    }

    /** A request that waits here has not begun: no time limit runs, and no attempt is counted. */
    private <T> T limited(Callable<T> request) throws Exception {
        requests.acquire();
        try {
            return request.call();
        } finally {
            requests.release();
        }
    }

    /** Tries again, after a pause that doubles each time, if that may help. */
    private static <T> T retrying(Callable<T> request) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.call();
            } catch (Busy busy) {
                if (attempt == ATTEMPTS) throw busy;
                delay(PAUSE.multipliedBy(1L << attempt));
            }
        }
    }

    private String get(String page) throws IOException {
        var exchange = http.sendAsync(HttpRequest.newBuilder(api.address(page)).build(), BodyHandlers.ofString());
        try {
            var response = await(exchange, IOException.class);
            return switch (response.statusCode()) {
                case 200 -> response.body();
                case 503 -> throw new Busy();
                default -> throw new IOException("status " + response.statusCode());
            };
        } finally {
            exchange.cancel(true); // a future may be shared, so await does not cancel it; this one is ours
        }
    }

    /** Says that another attempt may help. */
    private static final class Busy extends IOException {
        private static final long serialVersionUID = 1;

        Busy() {
            super("status 503");
        }
    }

    /** An API whose pages are their own names. */
    private static final class Api implements AutoCloseable {
        static final int PAGES = 20;
        static final String BUSY = "/page-7";
        static final String BROKEN = "/page-13";
        static final String SLOW = "/page-17";

        final AtomicInteger mostBusy = new AtomicInteger();
        private final AtomicInteger busy = new AtomicInteger();
        private final CompletableFuture<Void> full = new CompletableFuture<>();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer http;

        private Api(HttpServer http) {
            this.http = http;
        }

        static Api start() throws IOException {
            var api = new Api(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
            api.http.setExecutor(api.threads);
            api.http.createContext("/", api::answer);
            api.http.start();
            return api;
        }

        URI address(String page) {
            return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + page);
        }

        int requests(String page) {
            return requests.computeIfAbsent(page, unseen -> new AtomicInteger()).get();
        }

        private void answer(HttpExchange exchange) throws IOException {
            String page = exchange.getRequestURI().getPath();
            int request = requests.computeIfAbsent(page, unseen -> new AtomicInteger())
                    .incrementAndGet();
            if (page.startsWith("/page")) meetOthers();
            if (page.equals(SLOW)) await(closed);
            int status = page.equals(BROKEN) ? 500 : page.equals(BUSY) && request < ATTEMPTS ? 503 : 200;
            exchange.sendResponseHeaders(status, 0);
            try (var body = exchange.getResponseBody()) {
                body.write(page.getBytes(StandardCharsets.UTF_8));
            }
        }

        /** The first requests wait until as many are running as the limit allows. */
        private void meetOthers() {
            int now = busy.incrementAndGet();
            mostBusy.accumulateAndGet(now, Math::max);
            if (now == AT_ONCE) full.complete(null);
            await(full);
            busy.decrementAndGet();
        }

        @Override
        public void close() {
            closed.complete(null);
            http.stop(0);
            threads.close();
        }
    }
}
