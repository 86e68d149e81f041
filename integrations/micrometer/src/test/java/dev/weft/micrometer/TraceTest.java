package dev.weft.micrometer;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Hooks;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.Metrics;
import reactor.netty.ReactorNetty;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.observability.ReactorNettyPropagatingReceiverTracingObservationHandler;
import reactor.netty.http.observability.ReactorNettyPropagatingSenderTracingObservationHandler;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.observability.ReactorNettyTracingObservationHandler;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** One trace through a server, two coroutines and a client, with the instrumentation of Reactor Netty. */
class TraceTest {
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final ObservationRegistry before = Metrics.OBSERVATION_REGISTRY;
    private OpenTelemetrySdk sdk;
    private Hooks.Handle listening;
    private DisposableServer server;

    @BeforeEach
    void serve() {
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
        var tracer = new OtelTracer(sdk.getTracer("test"), new OtelCurrentTraceContext(), event -> {});
        var propagator = new OtelPropagator(sdk.getPropagators(), sdk.getTracer("test"));
        registry.observationConfig()
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new ReactorNettyPropagatingSenderTracingObservationHandler(tracer, propagator),
                        new ReactorNettyPropagatingReceiverTracingObservationHandler(tracer, propagator),
                        new ReactorNettyTracingObservationHandler(tracer),
                        new DefaultTracingObservationHandler(tracer)));
        Metrics.observationRegistry(registry);
        listening = Hooks.addListener(new CoroutineObservations(registry));
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .metrics(true, uri -> uri)
                .route(routes -> routes.get(
                                "/order",
                                (request, response) -> response.sendString(order().contextWrite(ofServer(request))))
                        .get("/stock", (request, response) -> response.sendString(Mono.just("3 left"))))
                .bindNow();
    }

    @AfterEach
    void stop() {
        server.disposeNow();
        listening.close();
        Metrics.observationRegistry(before);
        sdk.close();
    }

    /** What WebFlux does by itself: the observation of the request is in the context of the subscriber. */
    private static ContextView ofServer(HttpServerRequest request) {
        ContextView[] found = {Context.empty()};
        request.withConnection(connection -> found[0] = ReactorNetty.getChannelContext(connection.channel()));
        return found[0];
    }

    private Mono<String> order() {
        return asMono(coroutine(() -> "order: "
                        + coroutine(this::stock).named("stock 7").start().await())
                .named("order 7"));
    }

    private String stock() {
        return awaitSingle(client().get()
                        .uri("/stock")
                        .responseContent()
                        .aggregate()
                        .asString()) + ", "
                + async(() -> Span.current().getSpanContext().getTraceId()).await();
    }

    private HttpClient client() {
        return HttpClient.newConnection().host("127.0.0.1").port(server.port()).metrics(true, uri -> uri);
    }

    @Test
    void oneTraceGoesThroughAServerTwoCoroutinesAndAClient() {
        String answer = client().get()
                .uri("/order")
                .responseContent()
                .aggregate()
                .asString()
                .block();
        Map<String, SpanData> byName = untilEnded(6).stream()
                .collect(toMap(span -> span.getKind() + " " + span.getName() + " " + path(span), span -> span));
        String[] fromTheOutermost = {
            "CLIENT http GET /order",
            "SERVER GET_order ",
            "INTERNAL order # ",
            "INTERNAL stock # ",
            "CLIENT http GET /stock",
            "SERVER GET_stock "
        };
        assertThat(byName).containsOnlyKeys(fromTheOutermost);
        for (int i = 1; i < fromTheOutermost.length; i++)
            assertThat(byName.get(fromTheOutermost[i]).getParentSpanId())
                    .as("the parent of %s", fromTheOutermost[i])
                    .isEqualTo(byName.get(fromTheOutermost[i - 1]).getSpanId());
        String trace = byName.get(fromTheOutermost[0]).getTraceId();
        assertThat(byName.values()).allMatch(span -> span.getTraceId().equals(trace));
        assertThat(answer).isEqualTo("order: 3 left, " + trace);
        assertThat(byName.get("INTERNAL stock # ").getAttributes().asMap())
                .containsEntry(AttributeKey.stringKey("coroutine"), "stock 7")
                .containsEntry(AttributeKey.stringKey("outcome"), "succeeded");
    }

    /** The spans of a request may end after its answer is there; those of connections do not count. */
    private List<SpanData> untilEnded(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            List<SpanData> ended = spans.getFinishedSpanItems().stream()
                    .filter(span -> !span.getName().equals("connect"))
                    .toList();
            if (ended.size() >= count) return ended;
            assertThat(System.nanoTime()).as("%s", ended).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static String path(SpanData span) {
        String uri = span.getAttributes().get(AttributeKey.stringKey("http.url"));
        return uri == null ? "" : uri;
    }
}
