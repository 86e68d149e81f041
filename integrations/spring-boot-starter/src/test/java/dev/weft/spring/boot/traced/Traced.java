package dev.weft.spring.boot.traced;

import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;

/** A service with Boot's tracing, and an MDC of its own. */
@SpringBootApplication
public class Traced {
    static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();

    @Bean
    SpanProcessor kept() {
        return SimpleSpanProcessor.create(SPANS);
    }

    @Bean
    WebFilter tenant() {
        return (exchange, chain) -> {
            String tenant = exchange.getRequest().getHeaders().getFirst("Tenant");
            return chain.filter(exchange)
                    .contextWrite(c ->
                            c.put(Slf4jThreadLocalAccessor.KEY, Map.of("tenant", tenant == null ? "nobody" : tenant)));
        };
    }
}
