package dev.weft.reactor;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withDiscard;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Completion;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The hook of {@code withDiscard} is Reactor's own in what is awaited inside. */
class WithDiscardTest {
    private static final List<Integer> EIGHT =
            IntStream.rangeClosed(1, 8).boxed().toList();

    private final HookLog hooks = new HookLog();
    private final List<Object> taken = new CopyOnWriteArrayList<>();
    private final List<Object> others = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        hooks.close();
        assertThat(hooks.discarded).isEmpty();
    }

    /** Fills what an operator has queued, then cancels the await; each value is got by the consumer, once. */
    private void queuedBy(Function<Flux<Integer>, Flux<Integer>> operator) {
        Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
        EIGHT.forEach(source::tryEmitNext);
        run(() -> withDiscard(Integer.class, taken::add, () -> {
            try (var values = each(source.asFlux().transform(operator), 1)) {
                taken.add(values.next());
            }
        }));
        until("all are discarded", () -> taken.size() >= EIGHT.size());
        assertThat(taken).containsExactlyInAnyOrderElementsOf(EIGHT);
    }

    /** Runs a body in a coroutine that is cancelled when it waits. */
    private static void givenUp(BooleanSupplier isUnderWay, Callable<?> body) {
        var waiting = Watched.coroutine(body);
        until("it is under way", isUnderWay);
        waiting.parked().cancel();
        assertThat(waiting.failure()).isInstanceOf(CancelledException.class);
    }

    @Test
    void whatPublishOnHasQueuedGoesToTheConsumer() {
        queuedBy(flux -> flux.publishOn(Schedulers.immediate(), 32));
    }

    @Test
    void whatFlatMapHasQueuedGoesToTheConsumer() {
        queuedBy(flux -> flux.flatMap(i -> Flux.just(i).hide(), 1));
    }

    @Test
    void whatFlatMapSequentialHasQueuedOrABufferHasCollectedGoesToTheConsumer() {
        queuedBy(flux -> flux.concatMap(i -> Mono.just(i).hide(), 1));
    }

    @Test
    void whatATimeoutOperatorLosesGoesToTheConsumer() {
        var sink = new AtomicReference<MonoSink<String>>();
        assertThatThrownBy(() -> run(() -> withDiscard(
                        String.class,
                        taken::add,
                        () -> awaitSingle(Mono.<String>create(sink::set).timeout(Duration.ofMillis(1))))))
                .hasCauseInstanceOf(TimeoutException.class);
        sink.get().success("late");
        assertThat(taken).containsExactly("late");
    }

    @Test
    void whatAnAwaitLosesGoesToTheConsumer() {
        var sink = new AtomicReference<MonoSink<String>>();
        givenUp(
                () -> sink.get() != null,
                () -> withDiscard(String.class, taken::add, () -> awaitSingle(Mono.<String>create(sink::set))));
        sink.get().success("late");
        assertThat(taken).containsExactly("late");
    }

    @Test
    void filteredAndSkippedValuesGoToTheConsumerAsReactorHasIt() {
        run(() -> withDiscard(
                Integer.class,
                taken::add,
                () -> awaitFirst(Flux.range(1, 5).hide().skip(1).filter(i -> i > 3))));
        assertThat(taken).containsExactly(1, 2, 3);
    }

    @Test
    void whatItDoesNotTakeGoesToTheSubscribersDoOnDiscard() {
        var failed = mono(() -> withDiscard(String.class, taken::add, () -> {
                    awaitDone(Flux.just("text", 1, 'c')
                            .hide()
                            .filter(any -> false)
                            .then());
                    return "result";
                }))
                .doOnDiscard(Integer.class, others::add);
        assertThat(failed.block()).isEqualTo("result");
        assertThat(taken).containsExactly("text");
        assertThat(others).containsExactly(1);
    }

    @Test
    void theInnermostThatTakesTheTypeGetsIt() {
        run(() -> withDiscard(
                Object.class,
                others::add,
                () -> withContext(
                        "key",
                        "value",
                        () -> withDiscard(
                                String.class,
                                taken::add,
                                () -> awaitDone(Flux.just("text", 1)
                                        .hide()
                                        .filter(any -> false)
                                        .then())))));
        assertThat(taken).containsExactly("text");
        assertThat(others).containsExactly(1);
    }

    @Test
    void aDoOnDiscardAmongTheOperatorsIsToldTooAsIsUsualThere() {
        run(() -> withDiscard(
                String.class,
                taken::add,
                () -> awaitDone(
                        Flux.just("text").hide().filter(any -> false).then().doOnDiscard(String.class, others::add))));
        assertThat(taken).containsExactly("text");
        assertThat(others).containsExactly("text");
    }

    @Test
    void aMonoThatIsBuiltInsideSeesIt() {
        var late = new AtomicReference<Completion<String>>();
        givenUp(
                () -> late.get() != null,
                () -> withDiscard(
                        String.class,
                        taken::add,
                        () -> awaitSingle(mono(() -> await(coroutine(() -> awaitCallback(late::set)))))));
        late.get().resume("late");
        until("it is discarded", () -> !taken.isEmpty());
        assertThat(taken).containsExactly("late");
    }

    @Test
    void G17_aConsumerThatThrowsAltersNothing() {
        var thrown = new IllegalStateException("consumer");
        run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> others.add(failure));
            String result = withDiscard(
                    Integer.class,
                    value -> {
                        taken.add(value);
                        throw thrown;
                    },
                    () -> {
                        awaitDone(Flux.just(1, 2).hide().filter(any -> false).then());
                        return "result";
                    });
            assertThat(result).isEqualTo("result");
        });
        assertThat(taken).containsExactly(1, 2);
        assertThat(others).containsExactly(thrown, thrown);
    }

    @Test
    void aValueThatIsEmittedInVainGoesToTheConsumer() {
        Flux<String> emitting = ReactorAsync.flux(out -> withDiscard(String.class, taken::add, () -> {
            out.emit("a");
            out.emit("b");
        }));
        StepVerifier.create(emitting.doOnDiscard(Object.class, others::add), 1)
                .expectNext("a")
                .thenCancel()
                .verify();
        until("b is discarded", () -> !taken.isEmpty());
        assertThat(taken).containsExactly("b");
        assertThat(others).isEmpty();
    }
}
