package dev.weft.micrometer;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.asMono;
import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CoroutineInfo;
import dev.weft.Hooks;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The code of {@code docs/guide/metrics-and-traces.md}. */
class MetricsAndTracesGuideTest {
    private final MeterRegistry meterRegistry = new SimpleMeterRegistry();
    private final TestObservationRegistry observationRegistry = TestObservationRegistry.create();

    private static String stock(int item) {
        return "3 of " + item;
    }

    private static String price(int item) {
        return "5 for " + item;
    }

    private static Mono<List<String>> handler(int item) {
        return asMono(coroutine(() -> gather(
                        coroutine(() -> stock(item)).named("stock"),
                        coroutine(() -> price(item)).named("price")))
                .named("item " + item));
    }

    @Test
    void metersAndObservations() {
        CoroutineMetrics metrics = new CoroutineMetrics();
        metrics.bindTo(meterRegistry);
        PinnedCarrierMetrics pinned = new PinnedCarrierMetrics();
        pinned.bindTo(meterRegistry);
        Hooks.Handle observing = Hooks.addListener(new CoroutineObservations(observationRegistry));

        assertThat(handler(7).block()).containsExactly("3 of 7", "5 for 7");

        observing.close();
        pinned.close();
        metrics.close();
        for (String name : List.of("item #", "stock", "price")) {
            assertThat(meterRegistry
                            .get("weft.coroutines.lifetime")
                            .tag("name", name)
                            .timer()
                            .count())
                    .isEqualTo(1);
        }
        assertThat(meterRegistry.get("weft.carriers.pinned").timer()).isNotNull();
        assertThat(observationRegistry).hasNumberOfObservationsWithNameEqualTo("weft.coroutine", 3);
    }

    /** The team that a coroutine works for, from its context. */
    private static final class TeamTags implements CoroutineMeterConvention {
        @Override
        public Tags getTags(CoroutineInfo coroutine) {
            String team = coroutine.context().getOrDefault("team", "none");
            return DEFAULT.getTags(coroutine).and("team", team);
        }
    }

    private static final class TeamKeys extends DefaultCoroutineObservationConvention {
        @Override
        public KeyValues getLowCardinalityKeyValues(CoroutineObservationContext context) {
            String team = context.getCoroutine().context().getOrDefault("team", "none");
            return super.getLowCardinalityKeyValues(context).and("team", team);
        }
    }

    @Test
    void conventions() {
        var metrics = new CoroutineMetrics(new TeamTags());
        metrics.bindTo(meterRegistry);
        Hooks.Handle observing = Hooks.addListener(new CoroutineObservations(observationRegistry, new TeamKeys()));
        run(() -> withContext("team", "checkout", () -> {
            coroutine(() -> stock(7)).named("stock").start().await();
        }));
        observing.close();
        metrics.close();
        assertThat(meterRegistry
                        .get("weft.coroutines.lifetime")
                        .tags("name", "stock", "team", "checkout")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(observationRegistry)
                .hasSingleObservationThat()
                .hasLowCardinalityKeyValue("team", "checkout")
                .hasLowCardinalityKeyValue("name", "stock");
    }
}
