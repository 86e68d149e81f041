package dev.weft.micrometer;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.EngineCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CoroutineMetricsTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final MockClock clock = new MockClock();
    private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private CoroutineMetrics metrics = new CoroutineMetrics();
    private Hooks.Handle also = () -> {};

    @AfterEach
    void close() {
        also.close();
        metrics.close();
    }

    private double active(String name, String backend) {
        return registry.get("weft.coroutines.active")
                .tags("name", name, "backend", backend)
                .gauge()
                .value();
    }

    private Timer lifetime(String name, String outcome, String reason) {
        return registry.get("weft.coroutines.lifetime")
                .tags("name", name, "outcome", outcome, "reason", reason)
                .timer();
    }

    private static <T> Deferred<T> start(String name, Callable<T> body) {
        return coroutine(body).named(name).start();
    }

    /** Counts down when the coroutine waits and the meters, which were registered before, have been told. */
    private CountDownLatch whenWaiting(String name) {
        var waits = new CountDownLatch(1);
        also = Hooks.addListener(new CoroutineListener() {
            @Override
            public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
                if (coroutine.name().equals(name)) waits.countDown();
            }
        });
        return waits;
    }

    @ParameterizedTest
    @MethodSource("dev.weft.micrometer.Backends#all")
    void whatLivesIsActiveAndItsWaitsAndItsLifeAreTimed(Backend backend) throws InterruptedException {
        metrics.bindTo(registry);
        CountDownLatch waits = whenWaiting("worker 12");
        var answer = new CompletableFuture<String>();
        CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> withBackend(
                backend, () -> start("worker 12", () -> await(answer)).await()));
        waits.await();
        assertThat(active("worker #", backend.id())).isEqualTo(1);
        clock.add(Duration.ofSeconds(3));
        answer.complete("done");
        assertThat(result.join()).isEqualTo("done");
        assertThat(active("worker #", backend.id())).isZero();
        assertThat(active("unnamed", backend.id())).as("that of withBackend").isZero();
        Timer waited = registry.get("weft.coroutines.waits")
                .tags("name", "worker #", "backend", backend.id(), "kind", "source")
                .timer();
        assertThat(waited.count()).isEqualTo(1);
        assertThat(waited.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(lifetime("worker #", "succeeded", "none").totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    @Test
    void outcomesAreToldApart() throws InterruptedException {
        metrics.bindTo(registry);
        Deferred<?> failing = start("failing", () -> {
            throw new IOException("gone");
        });
        assertThat(catchThrowable(failing::await)).isNotNull();
        CountDownLatch memberWaits = whenWaiting("member of late");
        Deferred<?> late = start(
                "late",
                () -> withTimeout(LONG, () -> {
                    Deferred<?> member = start("member of late", () -> never());
                    memberWaits.await();
                    resetTimeout(Duration.ofMillis(1));
                    return member.await();
                }));
        assertThat(catchThrowable(late::await)).isNotNull();
        CountDownLatch waits = whenWaiting("cancelled");
        Deferred<?> cancelled = start("cancelled", () -> never());
        waits.await();
        cancelled.cancel();
        assertThat(catchThrowable(cancelled::await)).isNotNull();

        assertThat(lifetime("failing", "failed", "none").count()).isEqualTo(1);
        assertThat(lifetime("late", "timed_out", "timeout").count()).isEqualTo(1);
        assertThat(lifetime("member of late", "timed_out", "timeout").count()).isEqualTo(1);
        assertThat(lifetime("cancelled", "cancelled", "requested").count()).isEqualTo(1);
    }

    private static Object never() {
        delay(LONG);
        return 1;
    }

    @Test
    void numbersAndMissingNamesMakeNoMeters() {
        metrics.bindTo(registry);
        for (int i = 0; i < 100; i++) {
            start("order " + i, () -> 1).await();
            async(() -> 1).await();
        }
        Set<String> names = registry.find("weft.coroutines.active").meters().stream()
                .map(meter -> meter.getId().getTag("name"))
                .collect(Collectors.toSet());
        assertThat(names).containsExactlyInAnyOrder("order #", "unnamed");
        assertThat(lifetime("order #", "succeeded", "none").count()).isEqualTo(100);
    }

    @Test
    void tagsCanBeReplaced() {
        metrics = new CoroutineMetrics(new CoroutineMeterConvention() {
            @Override
            public Tags getTags(CoroutineInfo coroutine) {
                return Tags.of("kind of work", coroutine.name().replaceAll(" .*", ""));
            }
        });
        metrics.bindTo(registry);
        start("order of ann", () -> 1).await();
        Timer life = registry.get("weft.coroutines.lifetime")
                .tag("kind of work", "order")
                .timer();
        assertThat(life.count()).isEqualTo(1);
        assertThat(life.getId().getTag("name")).isNull();
    }

    @Test
    void theEnginesCountersAreCounters() {
        metrics.bindTo(registry);
        for (EngineCounter counter : EngineCounter.values()) {
            String name = "weft." + counter.name().toLowerCase().replace('_', '.');
            double before = registry.get(name).functionCounter().count();
            counter.increment();
            assertThat(registry.get(name).functionCounter().count()).isEqualTo(before + 1);
        }
        assertThat(registry.find("weft.discarded").functionCounter()).isNotNull();
        assertThat(registry.find("weft.dropped").functionCounter()).isNotNull();
        assertThat(registry.find("weft.violations").functionCounter()).isNotNull();
    }

    @Test
    void afterItIsClosedNothingIsCountedAndNoGaugeIsLeft() throws InterruptedException {
        metrics.bindTo(registry);
        CountDownLatch waits = whenWaiting("worker");
        var answer = new CompletableFuture<String>();
        Deferred<String> worker =
                run(() -> coroutine(() -> await(answer)).named("worker")).start();
        waits.await();
        metrics.close();
        answer.complete("done");
        worker.await();
        start("later", () -> 1).await();
        assertThat(registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName))
                .doesNotContain("weft.coroutines.active", "weft.coroutines.waits")
                .contains("weft.dropped");
        assertThat(registry.find("weft.coroutines.lifetime")
                        .tag("name", "worker")
                        .timer())
                .isNull();
    }

    @Test
    void whatStartedBeforeIsNotCounted() {
        var answer = new CompletableFuture<String>();
        Deferred<String> before = start("before", () -> await(answer));
        metrics.bindTo(registry);
        answer.complete("done");
        before.await();
        assertThat(registry.find("weft.coroutines.active").tag("name", "before").gauge())
                .isNull();
    }

    @Test
    void aConventionThatThrowsIsReportedAndHarmsNothing() {
        metrics = new CoroutineMetrics(new CoroutineMeterConvention() {
            @Override
            public Tags getTags(CoroutineInfo coroutine) {
                throw new IllegalStateException("a convention that throws, on purpose");
            }
        });
        metrics.bindTo(registry);
        assertThat(start("worker", () -> {
                            delay(Duration.ofNanos(1));
                            return "done";
                        })
                        .await())
                .isEqualTo("done");
        assertThat(registry.find("weft.coroutines.lifetime").timer()).isNull();
    }

    @Test
    @SuppressWarnings({"DataFlowIssue", "resource"})
    void nullsAreRefused() {
        assertThatThrownBy(() -> new CoroutineMetrics(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("convention");
        assertThatThrownBy(() -> metrics.bindTo(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("registry");
        assertThatThrownBy(() -> new PinnedCarrierMetrics(null)).hasMessage("threshold");
        assertThatThrownBy(() -> new PinnedCarrierMetrics().bindTo(null)).hasMessage("registry");
        assertThatThrownBy(() -> new CoroutineObservations(null)).hasMessage("registry");
        assertThatThrownBy(() -> new CoroutineObservationContext(null)).hasMessage("coroutine");
    }
}
