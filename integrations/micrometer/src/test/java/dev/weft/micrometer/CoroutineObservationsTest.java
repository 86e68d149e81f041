package dev.weft.micrometer;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.Hooks;
import dev.weft.spi.Backend;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.NullObservation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

class CoroutineObservationsTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    /** The name of the parent of each observation that has been started. */
    private final Map<String, String> parents = new ConcurrentHashMap<>();

    private Hooks.Handle listening = () -> {};

    @BeforeEach
    void listen() {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context started) {
                ObservationView parent = started.getParentObservation();
                parents.put(
                        nameOf(started),
                        parent == null ? "none" : nameOf((Observation.Context) parent.getContextView()));
            }

            @Override
            public boolean supportsContext(Observation.Context any) {
                return true;
            }
        });
        listening = Hooks.addListener(new CoroutineObservations(registry));
    }

    @AfterEach
    void listenNoMore() {
        listening.close();
    }

    private static String nameOf(Observation.Context observed) {
        return observed instanceof CoroutineObservationContext own
                ? own.getCoroutine().name()
                : String.valueOf(observed.getName());
    }

    private String current() {
        Observation current = registry.getCurrentObservation();
        return current == null || current instanceof NullObservation
                ? "none"
                : nameOf((Observation.Context) current.getContextView());
    }

    private static String inContext() {
        Observation observation = context().getOrDefault(ObservationThreadLocalAccessor.KEY, null);
        return observation == null ? "none" : nameOf((Observation.Context) observation.getContextView());
    }

    private static <T> Coroutine<T> named(String name, Callable<T> body) {
        return coroutine(body).named(name);
    }

    static Stream<Backend> backends() {
        return Backends.all();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void itIsCurrentInTheBodyAndInTheContext(Backend backend) {
        String seen = withBackend(
                backend,
                () -> named("worker", () -> current() + " " + inContext())
                        .start()
                        .await());
        assertThat(seen).isEqualTo("worker worker");
        assertThat(current()).isEqualTo("none");
        assertThat(registry)
                .doesNotHaveAnyRemainingCurrentObservation()
                .hasSingleObservationThat()
                .hasNameEqualTo("weft.coroutine")
                .hasContextualNameEqualTo("worker")
                .hasLowCardinalityKeyValue("name", "worker")
                .hasLowCardinalityKeyValue("backend", backend.id())
                .hasLowCardinalityKeyValue("outcome", "succeeded")
                .hasLowCardinalityKeyValue("reason", "none")
                .hasHighCardinalityKeyValue("coroutine", "worker")
                .hasBeenStarted()
                .hasBeenStopped()
                .doesNotHaveError();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void itIsAChildOfTheOneAroundItWhicheverCoroutinesAreBetween(Backend backend) {
        Observation.createNotStarted("request", registry)
                .observe(() -> withBackend(backend, () -> {
                    named(
                                    "outer",
                                    () -> async(() -> named("inner", () -> 1)
                                                    .start()
                                                    .await())
                                            .await())
                            .start()
                            .await();
                    run(() -> named("second", () -> 1).start().await());
                }));
        assertThat(parents)
                .isEqualTo(Map.of("request", "none", "outer", "request", "inner", "outer", "second", "request"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theOneInTheContextWinsOverTheOneOfTheThread(Backend backend) {
        Observation chosen = Observation.start("chosen", registry);
        Observation.createNotStarted("of the thread", registry)
                .observe(() -> withBackend(
                        backend,
                        () -> Async.withContext(ObservationThreadLocalAccessor.KEY, chosen, () -> {
                            named("worker", () -> 1).start().await();
                        })));
        chosen.stop();
        assertThat(parents).containsEntry("worker", "chosen");
    }

    @Test
    void insideAnObservationOfAnotherRegistryItIsThatOnes() {
        var other = TestObservationRegistry.create();
        Hooks.Handle alsoListening = Hooks.addListener(new CoroutineObservations(other));
        try {
            Observation.createNotStarted("request", registry)
                    .observe(() -> run(() -> named("worker", () -> 1).start().await()));
            assertThat(other).doesNotHaveAnyObservation();
            Observation.createNotStarted("request", other)
                    .observe(() -> run(() -> named("other", () -> 1).start().await()));
        } finally {
            alsoListening.close();
        }
        assertThat(parents).isEqualTo(Map.of("request", "none", "worker", "request"));
        assertThat(other)
                .hasNumberOfObservationsEqualTo(2)
                .hasAnObservation(its -> its.hasContextualNameEqualTo("other").hasParentObservation());
    }

    @Test
    void outsideOfAnyObservationEachRegistryHasOneWithoutAParent() {
        var other = TestObservationRegistry.create();
        Hooks.Handle alsoListening = Hooks.addListener(new CoroutineObservations(other));
        try {
            assertThat(named("worker", () -> 1).start().await()).isEqualTo(1);
        } finally {
            alsoListening.close();
        }
        assertThat(parents).isEqualTo(Map.of("worker", "none"));
        assertThat(other)
                .hasSingleObservationThat()
                .hasContextualNameEqualTo("worker")
                .doesNotHaveParentObservation();
        assertThat(registry).doesNotHaveAnyRemainingCurrentObservation();
    }

    @Test
    void oneThatALibrarySubscribesToHasNothingOfItsThread() {
        Observation.createNotStarted("of another request", registry).observe(() -> {
            assertThat(asMono(named("worker", this::current)).block()).isEqualTo("worker");
        });
        assertThat(parents).containsEntry("worker", "none");
    }

    @Test
    void oneThatALibrarySubscribesToHasTheParentInTheSubscribersContext() {
        Observation request = Observation.start("request", registry);
        Mono<String> worker = asMono(named("worker", () -> current() + " " + inContext()));
        assertThat(worker.contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request))
                        .block())
                .isEqualTo("worker worker");
        assertThat(mono(() -> current() + " " + inContext())
                        .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request))
                        .block())
                .as("without a name")
                .isEqualTo("request request");
        request.stop();
        assertThat(parents).containsEntry("worker", "request");
    }

    @Test
    void whatTheBodyAwaitsIsInside() {
        Mono<String> seen = Mono.deferContextual(context -> Mono.just(nameOf((Observation.Context)
                context.<Observation>get(ObservationThreadLocalAccessor.KEY).getContextView())));
        Observation request = Observation.start("request", registry);
        String found = asMono(named("worker", () -> awaitSingle(seen) + " " + awaitSingle(mono(this::current))))
                .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request))
                .block();
        request.stop();
        assertThat(found).isEqualTo("worker worker");
    }

    @Test
    void aFailureIsAnError() {
        var failure = new IOException("gone");
        Deferred<?> worker = named("worker", () -> {
                    throw failure;
                })
                .start();
        assertThatThrownBy(worker::await).hasCause(failure);
        assertThat(registry)
                .hasSingleObservationThat()
                .hasLowCardinalityKeyValue("outcome", "failed")
                .hasError(failure);
    }

    @Test
    void aCancellationIsAnOutcomeAndNoError() throws InterruptedException {
        var begun = new CountDownLatch(1);
        Deferred<?> worker = named("worker", () -> {
                    begun.countDown();
                    delay(LONG);
                    return 1;
                })
                .start();
        begun.await();
        worker.cancel();
        assertThatThrownBy(worker::await).isInstanceOf(CancellationException.class);
        assertThat(registry)
                .hasSingleObservationThat()
                .hasLowCardinalityKeyValue("outcome", "cancelled")
                .hasLowCardinalityKeyValue("reason", "requested")
                .hasBeenStopped()
                .doesNotHaveError();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aTimeoutIsAnOutcomeAndNoError(Backend backend) {
        var begun = new CountDownLatch(1);
        assertThatThrownBy(() -> withBackend(
                        backend,
                        () -> named(
                                        "worker",
                                        () -> withTimeout(LONG, () -> {
                                            Deferred<Integer> member = named("member", () -> {
                                                        begun.countDown();
                                                        delay(LONG);
                                                        return 1;
                                                    })
                                                    .start();
                                            begun.await();
                                            resetTimeout(Duration.ofMillis(1));
                                            return member.await();
                                        }))
                                .start()
                                .await()))
                .hasCauseInstanceOf(TimeoutException.class);
        assertThat(registry).hasObservationWithNameEqualTo("weft.coroutine");
        List<String> ends = new ArrayList<>();
        assertThat(registry).forAllObservationsWithNameEqualTo("weft.coroutine", observed -> {
            observed.hasLowCardinalityKeyValue("outcome", "timed_out");
            observed.hasLowCardinalityKeyValue("reason", "timeout");
            observed.doesNotHaveError();
            ends.add(observed.toString());
        });
        assertThat(ends).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void itIsCurrentOnEveryDispatcherAndAfterEachWait(Backend backend) {
        for (Dispatcher dispatcher : dispatchers()) {
            List<String> seen = withBackend(
                    backend,
                    () -> named("worker", () -> {
                                List<String> inTurn = new ArrayList<>();
                                inTurn.add(current());
                                delay(Duration.ofMillis(1));
                                inTurn.add(current());
                                try {
                                    withTimeout(Duration.ofMillis(1), () -> delay(LONG));
                                } catch (TimeoutException expected) {
                                    inTurn.add(current());
                                }
                                inTurn.add(async(this::current).await());
                                return inTurn;
                            })
                            .on(dispatcher)
                            .start()
                            .await());
            assertThat(seen)
                    .as(backend.id() + " " + dispatcher)
                    .containsExactly("worker", "worker", "worker", "worker");
        }
    }

    private static List<Dispatcher> dispatchers() {
        return Runtime.version().feature() < 24
                ? List.of(Dispatcher.virtual())
                : List.of(Dispatcher.virtual(), Dispatcher.on(ForkJoinPool.commonPool()));
    }

    @Test
    void conventionsCanBeReplaced() {
        listening.close();
        listening = Hooks.addListener(new CoroutineObservations(registry, new DefaultCoroutineObservationConvention() {
            @Override
            public String getName() {
                return "job";
            }

            @Override
            public KeyValues getLowCardinalityKeyValues(CoroutineObservationContext context) {
                return super.getLowCardinalityKeyValues(context).and("team", "checkout");
            }
        }));
        named("order 7", () -> 1).start().await();
        assertThat(registry)
                .hasSingleObservationThat()
                .hasNameEqualTo("job")
                .hasContextualNameEqualTo("order #")
                .hasLowCardinalityKeyValue("name", "order #")
                .hasLowCardinalityKeyValue("team", "checkout")
                .hasHighCardinalityKeyValue("coroutine", "order 7");
    }

    @Test
    void anObservationThatAPredicateRefusesIsNotThereAndItsChildrenAreThoseOfTheOneAround() {
        registry.observationConfig()
                .observationPredicate((name, context) -> !(context instanceof CoroutineObservationContext own
                        && own.getCoroutine().name().equals("boring")));
        Observation.createNotStarted("request", registry)
                .observe(() -> named(
                                "boring", () -> named("inner", () -> 1).start().await())
                        .start()
                        .await());
        assertThat(parents).isEqualTo(Map.of("request", "none", "inner", "request"));
    }
}
