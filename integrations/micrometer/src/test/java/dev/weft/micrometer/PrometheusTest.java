package dev.weft.micrometer;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import dev.weft.Deferred;
import dev.weft.Hooks;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Prometheus reads. */
class PrometheusTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CoroutineMetrics metrics = new CoroutineMetrics();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        metrics.bindTo(registry);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, text.length);
            try (var body = exchange.getResponseBody()) {
                body.write(text);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        metrics.close();
        server.stop(0);
    }

    private List<String> scrape() throws IOException, InterruptedException {
        var address = server.getAddress();
        var uri = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
    }

    @Test
    void aScrapeHasTheMeters() throws IOException, InterruptedException {
        var waits = new CountDownLatch(2);
        var answer = new CompletableFuture<String>();
        try (Hooks.Handle listening = Hooks.addListener(new CoroutineListener() {
            @Override
            public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
                waits.countDown();
            }
        })) {
            assertThat(listening).isNotNull();
            Deferred<String> first =
                    coroutine(() -> await(answer)).named("order 1").start();
            Deferred<String> second =
                    coroutine(() -> await(answer)).named("order 2").start();
            waits.await();
            assertThat(scrape()).contains("weft_coroutines_active{backend=\"jdk\",name=\"order #\"} 2.0");
            answer.complete("done");
            first.await();
            second.await();
        }
        async(() -> 1).await();
        assertThat(scrape())
                .contains(
                        "weft_coroutines_active{backend=\"jdk\",name=\"order #\"} 0.0",
                        "weft_coroutines_active{backend=\"jdk\",name=\"unnamed\"} 0.0",
                        "weft_coroutines_lifetime_seconds_count"
                                + "{backend=\"jdk\",name=\"order #\",outcome=\"succeeded\",reason=\"none\"} 2",
                        "weft_coroutines_waits_seconds_count{backend=\"jdk\",kind=\"source\",name=\"order #\"} 2")
                .anyMatch(line -> line.startsWith("weft_discarded_total "))
                .anyMatch(line -> line.startsWith("weft_dropped_total "))
                .anyMatch(line -> line.startsWith("weft_violations_total "))
                .anyMatch(line -> line.startsWith("weft_cancel_swallowed_total "));
    }
}
