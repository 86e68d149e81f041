package dev.weft.spring.boot.traced;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Completion;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** The trace, the MDC, the meters and the endpoint, on a server. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=coroutines",
            "management.tracing.sampling.probability=1"
        })
class TracedTest {
    private static final String PARENT = "b7ad6b7169203331";

    @LocalServerPort
    private int port;

    @Autowired
    private MeterRegistry meters;

    @BeforeAll
    static void carryTheTenant() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor("tenant"));
    }

    @AfterAll
    static void forget() {
        ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
    }

    private WebClient web() {
        return WebClient.create("http://127.0.0.1:" + port);
    }

    @ParameterizedTest
    @CsvSource({
        "/plain, http get /plain > GET /plain > http get > http get /upstream > GET /upstream",
        "/mono, http get /mono > http get > http get /upstream > GET /upstream",
        "/coroutine, http get /coroutine > work # > http get > http get /upstream > GET /upstream",
        "/stream, http get /stream > http get > http get /upstream > GET /upstream"
    })
    void W1_oneTraceAndTheMdcGoThroughEachShape(String path, String spans) {
        String trace = UUID.randomUUID().toString().replace("-", "");
        String seen = web().get()
                .uri(path)
                .header("traceparent", "00-" + trace + "-" + PARENT + "-01")
                .header("Tenant", "acme")
                .retrieve()
                .bodyToMono(String.class)
                .block();
        String here = trace + "/acme";
        assertThat(seen).isEqualTo(String.join(" ", here, here, trace + "/nobody", here));
        assertThat(path(trace, spans.split(" > ").length)).isEqualTo(spans);
    }

    /** From the outermost span to the innermost; a request ends after its answer is there. */
    private static String path(String trace, int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        List<SpanData> ended;
        while ((ended = spans(trace)).size() < count) {
            assertThat(System.nanoTime()).as("%s", ended).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(ended).hasSize(count);
        List<String> names = new ArrayList<>();
        for (String parent = PARENT; names.size() < count; ) {
            String above = parent;
            assertThat(ended)
                    .as("%s", ended)
                    .filteredOn(span -> span.getParentSpanId().equals(above))
                    .hasSize(1);
            SpanData span = ended.stream()
                    .filter(each -> each.getParentSpanId().equals(above))
                    .findAny()
                    .orElseThrow();
            names.add(span.getName());
            parent = span.getSpanId();
        }
        return String.join(" > ", names);
    }

    private static List<SpanData> spans(String trace) {
        return Traced.SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getTraceId().equals(trace))
                .toList();
    }

    @Test
    void aPlainHandlerIsMeteredByItsPattern() {
        assertThat(web().get()
                        .uri("/upstream")
                        .retrieve()
                        .bodyToMono(String.class)
                        .block())
                .isNotNull();
        assertThat(meters.get("weft.coroutines.lifetime")
                        .tags("name", "GET /upstream", "outcome", "succeeded")
                        .timer()
                        .count())
                .isPositive();
    }

    @Test
    void theEndpointShowsWhatRuns() throws InterruptedException {
        var answer =
                web().get().uri("/waiting").retrieve().bodyToMono(String.class).toFuture();
        Completion<String> waiting = Handlers.WAITING.take();
        Map<String, Object> dump = web().get()
                .uri("/actuator/coroutines")
                .retrieve()
                .bodyToMono(new ParameterizedTypeReference<Map<String, Object>>() {})
                .block();
        assertThat(dump).containsKeys("taken", "cycles", "coroutines");
        assertThat((List<?>) dump.get("coroutines"))
                .anyMatch(entry -> "GET /waiting".equals(((Map<?, ?>) entry).get("name")));
        String text = web().get()
                .uri("/actuator/coroutines")
                .accept(MediaType.TEXT_PLAIN)
                .retrieve()
                .bodyToMono(String.class)
                .block();
        assertThat(text).contains("GET /waiting (reactor, ").contains("dev.weft.spring.boot.traced.Handlers.waiting");
        waiting.resume("done");
        assertThat(answer.join()).isEqualTo("done");
    }

    @Test
    void theEndpointIsReadOnly() {
        HttpStatus status = web().post()
                .uri("/actuator/coroutines")
                .exchangeToMono(response -> response.releaseBody()
                        .then(Mono.just(HttpStatus.valueOf(response.statusCode().value()))))
                .block();
        assertThat(status).isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
    }
}
