package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.context;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.stream;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.ByteStreams;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.Generator;
import dev.weft.Hooks;
import dev.weft.Overflow;
import dev.weft.OverflowException;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import dev.weft.TooManyValuesException;
import dev.weft.reactor.ReactorAsync;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.subjects.PublishSubject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** The code and the claims of {@code docs/guide/streams.md}. */
class StreamsGuideTest extends GuideTest {
    private static final Duration STEP = Duration.ofMillis(1);

    private final Queue<Object> log = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Countdown.main(new String[0]))).containsExactly("3", "2");
    }

    /** The natural numbers, and a word in the log when the generator is left. */
    private final AsyncStream<Integer> numbers = stream(out -> {
        try {
            for (int i = 1; ; i++) out.emit(i);
        } finally {
            closed.countDown();
        }
    });

    // --- loops

    @Nested
    class Loops {
        @Test
        void eachTypeHasItsForm() {
            Flux<Integer> flux = Flux.just(1, 2);
            Flowable<Integer> flowable = Flowable.just(3, 4);
            AsyncStream<Integer> stream = AsyncStream.from(List.of(5, 6));
            int sum = run(() -> {
                int total = 0;
                try (var a = each(flux); // ReactorAsync
                        var b = each(flowable); // RxAsync
                        var c = stream.each()) {
                    for (int value : a) total += value;
                    for (int value : b) total += value;
                    for (int value : c) total += value;
                }
                return total;
            });
            assertThat(sum).isEqualTo(21);
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void leavingTheTryCancelsTheSource(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                try (var values = numbers.each()) {
                    for (int value : values) if (value == 3) break;
                }
                awaitLatch(closed); // while this coroutine goes on
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void whatCameBeforeAFailureIsSeenFirst(Backend backend) throws Exception {
            var failure = new UncheckedIOException(new IOException("line lost"));
            AsyncStream<Integer> failing = stream(out -> {
                out.emit(1);
                out.emit(2);
                throw failure;
            });
            onEachBackend(backend, () -> {
                List<Integer> seen = new ArrayList<>();
                assertThatThrownBy(() -> {
                            try (var values = failing.each()) {
                                for (int value : values) seen.add(value);
                            }
                        })
                        .isSameAs(failure);
                assertThat(seen).containsExactly(1, 2);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void whatIsQueuedGoesToTheDiscardHook(Backend backend) throws Exception {
            var ahead = new CountDownLatch(1);
            AsyncStream<Integer> five = stream(out -> {
                for (int i = 1; i <= 5; i++) out.emit(i);
                ahead.countDown();
            });
            var restored = Hooks.onDiscard(log::add);
            try {
                onEachBackend(backend, () -> {
                    try (var values = five.each()) {
                        assertThat(values.next()).isEqualTo(1);
                        awaitLatch(ahead);
                    }
                });
            } finally {
                restored.close();
            }
            assertThat(log).containsExactly(2, 3, 4, 5);
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aCancelledLoopIsOverForGood(Backend backend) throws Exception {
            var looping = new CountDownLatch(1);
            AsyncStream<Integer> one = stream(out -> {
                out.emit(1);
                try {
                    await(new CompletableFuture<>());
                } finally {
                    closed.countDown();
                }
            });
            onEachBackend(backend, () -> {
                Deferred<String> reader = async(() -> {
                    try (var values = one.each()) {
                        for (int value : values) looping.countDown();
                        return "ended";
                    }
                });
                awaitLatch(looping);
                reader.cancel("enough");
                assertThatThrownBy(reader::await)
                        .isInstanceOf(CancelledException.class)
                        .hasMessageContaining("enough");
                awaitLatch(closed);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void someNeedNoTry(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                numbers.take(3).forEach(log::add);
                assertThat(log).containsExactly(1, 2, 3);
                List<Integer> few = numbers.take(5).collect(100);
                assertThat(few).hasSize(5);
            });
        }

        @Test
        void collectHasALimit() {
            assertThatThrownBy(() -> run(() -> numbers.collect(100)))
                    .isInstanceOf(TooManyValuesException.class)
                    .hasMessage("collect: more than 100 values");
            assertThat(run(() -> collect(Flowable.just("a", "b"), 10))).containsExactly("a", "b");
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aStreamIsReadAheadOnlyAsFarAsIsSaid(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var made = new AtomicInteger();
                AsyncStream<Integer> counted = stream(out -> {
                    while (true) {
                        out.awaitDemand();
                        out.emit(made.incrementAndGet());
                    }
                });
                try (var values = counted.prefetch(0).each()) {
                    assertThat(values.next()).isEqualTo(1);
                    assertThat(values.next()).isEqualTo(2);
                    assertThat(made).hasValue(2); // nothing is made in advance
                }
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aFailureIsRecoveredFrom(Backend backend) throws Exception {
            AsyncStream<String> news = stream(out -> {
                throw new IOException("line lost");
            });
            List<Object> log = new ArrayList<>();
            AsyncStream<String> safe = news.onCompletion(log::add) // a Failure, before it is recovered from
                    .recover(IOException.class, lost -> "no news: " + lost.getMessage());
            onEachBackend(backend, () -> {
                assertThat(safe.collect(1)).containsExactly("no news: line lost");
                assertThat(log.toString()).isEqualTo("[Failure[error=java.io.IOException: line lost]]");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aStreamIsShared(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var runs = new AtomicInteger();
                AsyncStream<Integer> ticks = stream(out -> {
                    runs.incrementAndGet();
                    out.emit(1);
                    await(new CompletableFuture<>());
                });
                AsyncStream<Integer> shared = ticks.share(1, Overflow.latest());
                try (var first = shared.each(); // starts the run
                        var second = shared.each()) { // is given the latest value
                    assertThat(first.next()).isEqualTo(1);
                    assertThat(second.next()).isEqualTo(1);
                    assertThat(runs).hasValue(1);
                } // ends the run
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void anyCodeEmitsIntoASharedStream(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                List<Object> log = new ArrayList<>();
                SharedStream<String> events = SharedStream.of(0, Overflow.suspend()); // a field of some service
                try (var audit = events.stream().each()) { // from here on, nothing is missed
                    events.emit("opened"); // waits for a subscriber that has no room
                    events.complete();
                    for (String event : audit) log.add(event);
                }
                assertThat(log).containsExactly("opened");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aStateTellsOfItsChanges(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                StateStream<Integer> level = StateStream.of(1);
                try (var changes = level.stream().each()) {
                    assertThat(changes.next()).isEqualTo(1);
                    level.set(2);
                    level.update(before -> before * 5); // atomically
                    assertThat(changes.next()).isEqualTo(10);
                    assertThat(level.value()).isEqualTo(10);
                }
            });
        }

        @Test
        void aSilenceIsNoEnd() {
            StepVerifier.withVirtualTime(() -> ReactorAsync.mono(() -> {
                        Flux<Integer> feed = Flux.just(1, 2).delayElements(Duration.ofSeconds(5));
                        try (var prices = each(feed)) {
                            for (Optional<Integer> price : prices.orSilence(Duration.ofSeconds(2)))
                                log.add(price.isPresent() ? "price " + price.get() : "no news");
                        }
                    }))
                    .thenAwait(Duration.ofSeconds(10))
                    .verifyComplete();
            assertThat(log).containsExactly("no news", "no news", "price 1", "no news", "no news", "price 2");
        }

        @Test
        void aLoopInLockStepHasNothingMadeInAdvance() {
            var made = new AtomicInteger();
            AsyncStream<Integer> counted = stream(out -> {
                while (true) {
                    out.awaitDemand();
                    out.emit(made.incrementAndGet());
                }
            });
            run(() -> {
                try (var values = each(counted, 0)) {
                    for (int value : values) {
                        assertThat(made).hasValue(value);
                        if (value == 3) break;
                    }
                }
            });
        }

        @Test
        void aFluxIsAskedForTheNumberThatYouSay() {
            List<Long> requests = new ArrayList<>();
            run(() -> {
                try (var values = each(Flux.range(1, 4).doOnRequest(requests::add), 1)) {
                    for (int value : values) log.add(value);
                }
                try (var values = each(Flux.range(1, 4).doOnRequest(requests::add))) {
                    for (int value : values) log.add(value);
                }
            });
            assertThat(requests).containsExactly(1L, 1L, 1L, 1L, 32L);
        }
    }

    // --- generators

    /** Pages of a list, as a server has them. */
    private static List<String> page(int number) {
        delay(STEP);
        return number > 2 ? List.of() : List.of(number + "a", number + "b");
    }

    static AsyncStream<String> items() {
        return stream(out -> {
            for (int number = 1; ; number++) {
                List<String> page = page(number); // the next page is fetched when its values are wanted
                if (page.isEmpty()) return; // completes the stream; to throw fails it
                for (String item : page) out.emit(item);
            }
        });
    }

    // --- the latest wins

    private static final Duration QUIET = Duration.ofMillis(20);

    private static String search(String text) {
        delay(STEP);
        return "results of " + text;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theLatestWins(Backend backend) throws Exception {
        AsyncStream<String> typed = AsyncStream.from(List.of("w", "we", "wef", "weft", "weft"));
        onEachBackend(backend, () -> {
            AsyncStream<String> shown = typed.debounce(QUIET) // the text has not changed for that long
                    .distinctUntilChanged()
                    .mapLatest(StreamsGuideTest::search);
            assertThat(shown.collect(5)).endsWith("results of weft");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void twoStatesAreCombined(Backend backend) throws Exception {
        AsyncStream<Integer> prices = AsyncStream.from(List.of(3, 4));
        AsyncStream<Integer> amounts = AsyncStream.from(List.of(10));
        onEachBackend(backend, () -> {
            AsyncStream<Integer> totals = prices.combineLatest(amounts, (price, amount) -> price * amount)
                    .distinctUntilChanged();
            assertThat(totals.collect(2)).endsWith(40);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aBufferLetsAStreamGoOn(Backend backend) throws Exception {
        var over = new CountDownLatch(1);
        AsyncStream<Integer> ticks = stream(out -> {
            for (int i = 1; i <= 3; i++) out.emit(i);
            over.countDown();
        });
        onEachBackend(backend, () -> {
            AsyncStream<Integer> newest = ticks.buffer(Overflow.latest()); // a loop sees the newest of its turn
            try (var values = newest.each()) {
                awaitLatch(over);
                assertThat(values.next()).isEqualTo(3);
            }
        });
    }

    @Nested
    class Generators {
        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aGeneratorIsALoop(Backend backend) throws Exception {
            onEachBackend(backend, () -> assertThat(items().collect(9)).containsExactly("1a", "1b", "2a", "2b"));
        }

        @Test
        void theSameAsAFluxOrAFlowable() {
            Generator<Integer> squares = out -> {
                for (int i = 1; i <= 3; i++) out.emit(i * i);
            };
            Flux<Integer> flux = flux(squares);
            Flowable<Integer> flowable = flowable(squares);
            StepVerifier.create(flux).expectNext(1, 4, 9).verifyComplete();
            assertThat(flowable.toList().blockingGet()).containsExactly(1, 4, 9);
        }

        @Test
        void aGeneratorRunsForEachSubscriberAndMakesWhatIsAskedFor() {
            var made = new AtomicInteger();
            Flux<Integer> counted = flux(out -> {
                while (true) out.emit(made.incrementAndGet());
            });
            StepVerifier.create(counted.take(2)).expectNext(1, 2).verifyComplete();
            StepVerifier.create(counted, 0)
                    .thenRequest(1)
                    .expectNextCount(1)
                    .thenCancel()
                    .verify();
            assertThat(made.get()).isBetween(3, 5); // one more may be made, and waits in its emit
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void otherStreamsArePassedOn(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<String> withHeader = stream(out -> {
                    out.emit("header");
                    out.emitAll(items().each());
                });
                assertThat(withHeader.collect(9)).containsExactly("header", "1a", "1b", "2a", "2b");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void anOperatorOfYourOwnIsALoopInAGenerator(Backend backend) throws Exception {
            onEachBackend(
                    backend, () -> assertThat(sums(numbers).take(4).collect(4)).containsExactly(1, 3, 6, 10));
        }

        static AsyncStream<Integer> sums(AsyncStream<Integer> source) {
            return stream(out -> {
                int sum = 0;
                try (var values = source.each()) {
                    for (int value : values) out.emit(sum += value);
                }
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void severalCoroutinesEmitInTurns(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<String> both = stream(out -> {
                    out.concurrent(); // before the first of them is started
                    async(() -> out.emit("from one"));
                    async(() -> out.emit("from another"));
                });
                assertThat(both.collect(2)).containsExactlyInAnyOrder("from one", "from another");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aCoroutineThatMayNotEmitIsRefused(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<String> wrong =
                        stream(out -> async(() -> out.emit("from a child")).await());
                assertThatThrownBy(() -> wrong.collect(2))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("emit from outside the generator's coroutine");
            });
        }
    }

    // --- where streams come from and go to

    @Nested
    class Conversions {
        @Test
        void fromAndTo() {
            AsyncStream<Integer> stream = stream(Flux.just(1, 2, 3)); // ReactorAsync
            AsyncStream<Integer> same = stream(Flowable.just(1, 2, 3)); // RxAsync
            Flux<Integer> flux = asFlux(same);
            Flowable<Integer> flowable = asFlowable(stream);
            StepVerifier.create(flux).expectNext(1, 2, 3).verifyComplete();
            assertThat(flowable.toList().blockingGet()).containsExactly(1, 2, 3);
            assertThat(stream.as(Flux.class)).isInstanceOf(Flux.class);
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void javaStreams(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Integer> once = AsyncStream.from(Stream.of(1, 2, 3));
                assertThat(once.collect(3)).containsExactly(1, 2, 3);
                try (Stream<Integer> values = numbers.toStream()) {
                    List<Integer> even = values.filter(n -> n % 2 == 0).limit(2).toList();
                    assertThat(even).containsExactly(2, 4);
                }
                awaitLatch(closed);
            });
        }
    }

    // --- operators

    private static Object price(int id) {
        delay(STEP);
        return "price " + id;
    }

    @Nested
    class Operators {
        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void theyRunInTheCoroutineOfTheirSubscriber(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                Thread loop = Thread.currentThread();
                AsyncStream<Thread> threads = stream(out -> out.emit(Thread.currentThread()));
                AsyncStream<List<Thread>> seen = threads.map(generator -> List.of(generator, Thread.currentThread()));
                List<Thread> both = seen.prefetch(1).collect(1).get(0);
                assertThat(both.get(0)).isSameAs(both.get(1)).isNotSameAs(loop);
                assertThat(seen.first()).containsOnly(loop); // before an end, on the thread that calls it
                List<Thread> apart = threads.mapConcurrent(1, generator -> List.of(generator, Thread.currentThread()))
                        .collect(1)
                        .get(0);
                assertThat(apart.get(0)).isNotSameAs(apart.get(1));
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void theyHaveTheContextOfTheirSubscriber(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<String> users = stream(out -> out.emit(context().<String>get("user")));
                assertThat(withContext("user", "ada", () -> users.collect(1))).containsExactly("ada");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void severalAtATimeInOrder(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Object> prices = numbers.take(4)
                        .filter(id -> id != 3)
                        .mapConcurrent(8, StreamsGuideTest::price); // eight at a time, in order
                assertThat(prices.collect(4)).containsExactly("price 1", "price 2", "price 4");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void unorderedResultsComeAsTheyAreReady(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var second = new CompletableFuture<Void>();
                AsyncStream<Integer> asReady = numbers.take(2).mapConcurrentUnordered(2, id -> {
                    if (id == 1) await(second);
                    return id;
                });
                List<Integer> seen = new ArrayList<>();
                asReady.forEach(id -> {
                    seen.add(id);
                    second.complete(null);
                });
                assertThat(seen).containsExactly(2, 1);
            });
        }

        record Order(String customer, int number) {}

        private Order handle(Order order) {
            delay(STEP);
            return order;
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void oneOfEachKeyAtATime(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Order> orders = numbers.take(20).map(n -> new Order(n % 2 == 0 ? "ada" : "bob", n));
                AsyncStream<Order> handled = orders.mapConcurrentByKey(16, Order::customer, this::handle);
                List<Order> all = handled.collect(20);
                for (String customer : List.of("ada", "bob"))
                    assertThat(all)
                            .filteredOn(order -> order.customer().equals(customer))
                            .extracting(Order::number)
                            .hasSize(10)
                            .isSorted();
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aSignalEndsTheIntakeAndWhatIsThereIsFinished(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var shutdown = new CompletableFuture<Void>();
                Queue<Integer> begun = new ConcurrentLinkedQueue<>();
                Queue<Integer> done = new ConcurrentLinkedQueue<>();
                numbers.takeUntil(awaitable(shutdown)) // takes no new one from here on
                        .mapConcurrentUnordered(4, job -> {
                            begun.add(job);
                            if (job == 3) shutdown.complete(null);
                            delay(STEP);
                            return job;
                        })
                        .forEach(done::add); // returns when those that were begun are done
                assertThat(done).contains(3).containsExactlyInAnyOrderElementsOf(begun);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aSignalThatFailsIsTheFailureOfTheStream(Backend backend) throws Exception {
            var failure = new IllegalStateException("no signal");
            onEachBackend(
                    backend,
                    () -> assertThatThrownBy(() -> numbers.takeUntil(awaitable(CompletableFuture.failedFuture(failure)))
                                    .forEach(log::add))
                            .isSameAs(failure));
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void batches(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<List<Integer>> batches = numbers.take(5).chunked(2, Duration.ofSeconds(60));
                assertThat(batches.collect(9)).containsExactly(List.of(1, 2), List.of(3, 4), List.of(5));
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aBatchThatIsNotFullIsEmittedInTime(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var emitted = new CompletableFuture<Void>();
                AsyncStream<Integer> slow = stream(out -> {
                    out.emit(1);
                    await(emitted);
                });
                slow.chunked(100, STEP).forEach(batch -> {
                    log.add(batch);
                    emitted.complete(null);
                });
                assertThat(log).containsExactly(List.of(1));
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void severalStreamsAsOne(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Integer> even = AsyncStream.from(List.of(2, 4, 6));
                AsyncStream<Integer> odd = AsyncStream.from(List.of(1, 3, 5));
                List<Integer> all = even.merge(odd).collect(6);
                assertThat(all).filteredOn(n -> n % 2 == 0).containsExactly(2, 4, 6);
                assertThat(all).filteredOn(n -> n % 2 == 1).containsExactly(1, 3, 5);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aStreamThatIsSilentFails(Backend backend) throws Exception {
            inVirtualTime(backend, () -> {
                AsyncStream<Integer> silent = stream(out -> {
                    out.emit(1);
                    try {
                        await(new CompletableFuture<>());
                    } finally {
                        closed.countDown();
                    }
                });
                AsyncStream<Integer> limited = silent.timeout(Duration.ofSeconds(30));
                assertThatThrownBy(() -> limited.forEach(log::add)).hasCauseInstanceOf(TimeoutException.class);
                assertThat(log).containsExactly(1);
                awaitLatch(closed);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aStreamThatFailsIsBegunAgain(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                var runs = new AtomicInteger();
                AsyncStream<Integer> flaky = stream(out -> {
                    out.emit(runs.incrementAndGet());
                    if (runs.get() < 3) throw new IOException("line lost");
                });
                assertThat(flaky.retry(5, STEP).collect(9)).containsExactly(1, 2, 3);
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void theLastDispatcherHoldsForAllThatIsBeforeIt(Backend backend) throws Exception {
            assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
            try (var threads = Executors.newFixedThreadPool(2)) {
                var first = new AtomicInteger();
                var last = new AtomicInteger();
                Executor a = task -> threads.execute(() -> {
                    first.incrementAndGet();
                    task.run();
                });
                Executor b = task -> threads.execute(() -> {
                    last.incrementAndGet();
                    task.run();
                });
                onEachBackend(backend, () -> {
                    AsyncStream<Integer> doubled = numbers.on(Dispatcher.on(a)) // without effect
                            .map(n -> n * 2)
                            .take(3)
                            .on(Dispatcher.on(b));
                    assertThat(doubled.collect(3)).containsExactly(2, 4, 6);
                });
                assertThat(first).hasValue(0);
                assertThat(last.get()).isPositive();
            }
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void operatorsRunWhereTheStreamBeforeThemWasSaidToRun(Backend backend) throws Exception {
            assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
            try (var thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "one"))) {
                onEachBackend(backend, () -> {
                    AsyncStream<String> carriers = numbers.take(1)
                            .on(Dispatcher.on(thread))
                            .map(n -> Thread.currentThread().toString())
                            .mapConcurrent(2, name -> name + " " + Thread.currentThread());
                    assertThat(carriers.collect(1).get(0)).matches(".*@one.*@one");
                });
            }
        }
    }

    // --- values that come too fast

    @Nested
    class TooFast {
        private final PublishSubject<Integer> prices = PublishSubject.create();

        private void send(int... values) {
            for (int value : values) prices.onNext(value);
        }

        @Test
        void theNewestOnly() {
            var restored = Hooks.onDiscard(log::add);
            run(() -> {
                try (var newest = each(prices, Overflow.latest())) {
                    send(1, 2, 3); // faster than the loop
                    assertThat(newest.next()).isEqualTo(3);
                }
            });
            restored.close();
            assertThat(log).containsExactly(1, 2);
        }

        @Test
        void anError() {
            run(() -> {
                try (var all = each(prices, Overflow.error(2))) {
                    send(1, 2, 3);
                    assertThat(all.next()).isEqualTo(1);
                    assertThat(all.next()).isEqualTo(2);
                    assertThatThrownBy(all::next).isInstanceOf(OverflowException.class);
                }
            });
        }

        @Test
        void theOldestOrTheNewestIsDropped() {
            run(() -> {
                try (var oldest = each(prices, Overflow.dropOldest(2));
                        var newest = each(prices, Overflow.dropNewest(2))) {
                    send(1, 2, 3);
                    assertThat(List.of(oldest.next(), oldest.next())).containsExactly(2, 3);
                    assertThat(List.of(newest.next(), newest.next())).containsExactly(1, 2);
                }
            });
        }

        @Test
        void anObservableCannotWait() {
            assertThatThrownBy(() -> run(() -> each(prices, Overflow.suspend())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an Observable cannot be asked to wait");
        }
    }

    // --- bytes

    @Nested
    class Bytes {
        private final byte[] page = "<p>hello</p>".repeat(1_000).getBytes(StandardCharsets.UTF_8);

        private static AsyncStream<ByteBuffer> zipped(byte[] content) {
            return ByteStreams.fromOutputStream(8_192, out -> {
                try (var zip = new GZIPOutputStream(out)) {
                    zip.write(content); // suspends until the chunk is asked for
                }
            });
        }

        private static byte[] unzipped(AsyncStream<ByteBuffer> buffers) throws IOException {
            try (var bytes = ByteStreams.toInputStream(buffers);
                    var unzip = new GZIPInputStream(bytes)) {
                return unzip.readAllBytes();
            }
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void toAndFromLibrariesThatKnowJavaIo(Backend backend) throws Exception {
            onEachBackend(backend, () -> assertThat(unzipped(zipped(page))).isEqualTo(page));
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aFailureOfTheSourceIsAnIoException(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<ByteBuffer> broken = stream(out -> {
                    out.emit(ByteBuffer.wrap(page));
                    throw new IllegalStateException("line lost");
                });
                try (var bytes = ByteStreams.toInputStream(broken)) {
                    assertThat(bytes.readNBytes(page.length)).isEqualTo(page);
                    assertThatThrownBy(bytes::read)
                            .isInstanceOf(IOException.class)
                            .hasRootCauseMessage("line lost");
                }
            });
        }
    }

    // --- mistakes

    @Nested
    class Mistakes {
        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aLoopWithoutTryStaysOpenUntilItsScopeEnds(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                run(() -> {
                    for (int value : numbers.each()) { // nobody closes this
                        if (value == 3) break;
                    }
                    log.add(closed.getCount() == 1 ? "still open" : "closed");
                });
                awaitLatch(closed); // the scope has closed it
                assertThat(log).containsExactly("still open");
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void anIteratorBelongsToTheThreadThatOpenedIt(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                try (AsyncIterator<Integer> values = numbers.each()) {
                    assertThatThrownBy(() -> async(() -> values.next()).await())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageStartingWith("iterated from another thread");
                }
            });
        }

        @ParameterizedTest
        @MethodSource("dev.weft.examples.guide.StreamsGuideTest#backends")
        void aFallbackAroundAnEmitRunsForASubscriberThatLeft(Backend backend) throws Exception {
            onEachBackend(backend, () -> {
                AsyncStream<Integer> wrong = stream(out -> {
                    try {
                        for (int i = 1; ; i++) out.emit(i);
                    } catch (RuntimeException failure) {
                        log.add(failure instanceof CancelledException ? "cancelled" : "failed");
                        closed.countDown();
                        throw failure;
                    }
                });
                assertThat(wrong.take(2).collect(2)).containsExactly(1, 2);
                awaitLatch(closed);
                assertThat(log).containsExactly("cancelled");
            });
        }
    }
}
