package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.run;
import static dev.weft.Async.using;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withDiscard;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitOptional;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.stream;
import static dev.weft.reactor.ReactorAsync.using;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cached;
import dev.weft.Deferred;
import dev.weft.NoValueException;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.pool.PoolMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** The pieces of code in the guide for those who come from Reactor's operators. */
class FromReactorTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();

    private Mono<String> user(int id) {
        return Mono.fromCallable(() -> "user" + id).delayElement(Duration.ofMillis(1));
    }

    private Mono<Integer> score(String user) {
        return Mono.just(user.length()).delayElement(Duration.ofMillis(1));
    }

    private Mono<Void> save(String row) {
        return Mono.delay(Duration.ofMillis(1)).doOnNext(tick -> log.add(row)).then();
    }

    /** Fails twice. */
    private Mono<String> flaky() {
        return Mono.defer(() ->
                calls.incrementAndGet() < 3 ? Mono.error(new IOException("attempt " + calls)) : Mono.just("answer"));
    }

    @Test
    void flatMapOfAMono() {
        Mono<String> before = user(7).flatMap(user -> score(user)
                .filter(score -> score > 3)
                .map(score -> user + " has " + score)
                .switchIfEmpty(Mono.just(user + " is new")));
        Mono<String> after = mono(() -> {
            String user = awaitSingle(user(7));
            int score = awaitSingle(score(user));
            return score > 3 ? user + " has " + score : user + " is new";
        });
        StepVerifier.create(before).expectNext("user7 has 5").verifyComplete();
        StepVerifier.create(after).expectNext("user7 has 5").verifyComplete();
    }

    @Test
    void concatMap() {
        Mono<Void> before =
                Flux.range(1, 3).concatMap(id -> user(id).flatMap(this::save)).then();
        Mono<Void> after = mono(() -> {
            for (int id = 1; id <= 3; id++) awaitDone(save(awaitSingle(user(id))));
        });
        StepVerifier.create(before.then(after)).verifyComplete();
        assertThat(log).containsExactly("user1", "user2", "user3", "user1", "user2", "user3");
    }

    @Test
    void flatMapOfAFlux() {
        Flux<Integer> ids = Flux.range(1, 40);
        List<String> few = run(() -> mapConcurrent(List.of(1, 2, 3), 8, id -> awaitSingle(user(id))));
        Flux<String> inOrder = ids.transform(mapFlux(8, id -> awaitSingle(user(id)))); // flatMapSequential
        Flux<String> asReady = asFlux(stream(ids).mapConcurrentUnordered(8, id -> awaitSingle(user(id)))); // flatMap
        assertThat(few).containsExactly("user1", "user2", "user3");
        StepVerifier.create(inOrder)
                .expectNext("user1", "user2")
                .expectNextCount(38)
                .verifyComplete();
        StepVerifier.create(asReady).expectNextCount(40).verifyComplete();
    }

    @Test
    void zip() {
        Mono<String> before = Mono.zip(user(1), score("ann"), (user, score) -> user + " " + score);
        Mono<String> after = mono(() -> {
            Deferred<String> user = async(() -> awaitSingle(user(1)));
            int score = awaitSingle(score("ann"));
            return user.await() + " " + score;
        });
        List<String> both = run(() -> gather(awaitable(user(1)), awaitable(user(2)))); // without a thread for each
        StepVerifier.create(before.zipWith(after)).expectNextCount(1).verifyComplete();
        assertThat(after.block()).isEqualTo("user1 3");
        assertThat(both).containsExactly("user1", "user2");
    }

    @Test
    void switchMap() {
        Flux<Integer> selections = Flux.just(1, 2);
        Flux<String> shown =
                asFlux(stream(selections).mapLatest(id -> awaitSingle(id == 1 ? Mono.<String>never() : user(id))));
        StepVerifier.create(shown).expectNext("user2").verifyComplete();
    }

    @Test
    void retryWhen() {
        Mono<String> after = mono(() -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    return await(flaky(), IOException.class);
                } catch (IOException failure) {
                    if (attempt == 3) throw failure;
                    delay(Duration.ofMillis(1L << attempt));
                }
            }
        });
        StepVerifier.create(after).expectNext("answer").verifyComplete();
        assertThat(calls).hasValue(3);
    }

    @Test
    void timeoutAndFallback() {
        Mono<String> before = Mono.<String>never().timeout(A_MOMENT).onErrorReturn(TimeoutException.class, "nobody");
        Mono<String> after = mono(() -> {
            try {
                return withTimeout(A_MOMENT, () -> awaitSingle(Mono.<String>never()));
            } catch (TimeoutException tooLate) {
                return "nobody";
            }
        });
        StepVerifier.create(before).expectNext("nobody").verifyComplete();
        StepVerifier.create(after).expectNext("nobody").verifyComplete();
    }

    @Test
    void bufferTimeout() {
        Flux<String> rows = Flux.range(1, 10).map(n -> "row" + n);
        run(() -> {
            for (List<String> some :
                    stream(rows).chunked(4, Duration.ofMinutes(1)).each()) awaitDone(save(String.join(",", some)));
        });
        assertThat(log).containsExactly("row1,row2,row3,row4", "row5,row6,row7,row8", "row9,row10");
    }

    @Test
    void groupBy() {
        Map<String, List<Integer>> scores = run(() -> {
            Map<String, List<Integer>> byParity = new TreeMap<>();
            try (var each = each(Flux.range(1, 6))) {
                for (int n : each)
                    byParity.computeIfAbsent(n % 2 == 0 ? "even" : "odd", unseen -> new ArrayList<>())
                            .add(n);
            }
            return byParity;
        });
        assertThat(scores).containsEntry("even", List.of(2, 4, 6)).containsEntry("odd", List.of(1, 3, 5));
    }

    @Test
    void usingWhen() {
        Mono<Integer> after = mono(() -> {
            return using(
                    open(), // given up half-way, it comes late, and is closed then
                    connection -> awaitDone(connection.close()),
                    connection -> awaitSingle(connection.count()));
        });
        StepVerifier.create(after).expectNext(42).verifyComplete();
        assertThat(log).containsExactly("closed");
    }

    private Mono<Connection> open() {
        return Mono.just(new Connection(log)).delayElement(Duration.ofMillis(1));
    }

    private record Connection(Queue<String> log) {
        Mono<Integer> count() {
            return Mono.just(42).delayElement(Duration.ofMillis(1));
        }

        Mono<Void> close() {
            return Mono.delay(Duration.ofMillis(1))
                    .doOnNext(tick -> log.add("closed"))
                    .then();
        }
    }

    @Test
    void cache() {
        List<Integer> answers = run(() -> {
            Deferred<Integer> once = async(() -> calls.incrementAndGet());
            return List.of(once.await(), once.await());
        });
        assertThat(answers).containsExactly(1, 1);
    }

    @Test
    void interval() {
        Flux<String> polled = flux(out -> {
            for (int n = 1; ; n++) {
                out.emit("poll " + n);
                delay(Duration.ofMinutes(1)); // after each poll, however long it took
            }
        });
        StepVerifier.withVirtualTime(() -> polled.take(3))
                .expectNext("poll 1")
                .thenAwait(Duration.ofMinutes(2))
                .expectNext("poll 2", "poll 3")
                .verifyComplete();
    }

    @Test
    void takeUntilOther() {
        var bell = new CompletableFuture<Void>();
        Flux<Integer> values = Flux.just(1, 2).concatWith(Flux.never()).doOnCancel(() -> log.add("cancelled"));
        Mono<List<Integer>> after = mono(() -> {
            List<Integer> seen = new ArrayList<>();
            group(work -> {
                work.async(() -> {
                    for (int n : each(values)) {
                        seen.add(n);
                        if (n == 2) bell.complete(null);
                    }
                    work.cancel(); // no need to wait for the bell
                });
                awaitDone(Mono.fromFuture(bell));
                work.cancel();
            });
            return seen;
        });
        StepVerifier.create(after).expectNext(List.of(1, 2)).verifyComplete();
        assertThat(log).containsExactly("cancelled");
    }

    @Test
    void context() {
        Mono<String> after = mono(() -> {
            String trace = contextView().get("trace");
            return withContext("user", "ann", () -> awaitSingle(greeting())) + " in " + trace;
        });
        StepVerifier.create(after.contextWrite(Context.of("trace", "t1")))
                .expectNext("hello ann in t1")
                .verifyComplete();
    }

    private static Mono<String> greeting() {
        return Mono.deferContextual(context -> Mono.just("hello " + context.get("user")));
    }

    @Test
    void discarded() {
        Mono<String> first = mono(() -> {
                    try (var rows = each(Flux.just("a", "b", "c"))) {
                        return rows.next();
                    }
                })
                .doOnDiscard(String.class, row -> log.add("discarded " + row)); // below the loop
        StepVerifier.create(first).expectNext("a").verifyComplete();
        assertThat(log).containsExactly("discarded b", "discarded c");
    }

    @Test
    @Timeout(60)
    void aPoolIsWholeAgainHoweverItsCallersLeave() {
        var database = H2ConnectionFactory.inMemory("acquire");
        var pool = new ConnectionPool(
                ConnectionPoolConfiguration.builder(database).maxSize(3).build());
        var random = new Random(7);
        int timeouts = 0;
        int used = 0;
        for (int i = 0; i < 600; i++) {
            Duration limit = Duration.ofNanos(random.nextInt(400_000));
            try {
                used += run(() -> one(pool, limit));
            } catch (TimeoutException late) {
                timeouts++;
            }
        }
        List<io.r2dbc.spi.Connection> all =
                run(() -> gather(awaitable(pool.create()), awaitable(pool.create()), awaitable(pool.create())));
        assertThatThrownBy(() -> run(() -> one(pool, A_MOMENT))).isInstanceOf(TimeoutException.class);
        for (var each : all) run(() -> awaitDone(Mono.from(each.close())));
        PoolMetrics metrics = pool.getMetrics().orElseThrow();
        run(() -> {
            while (metrics.acquiredSize() + metrics.pendingAcquireSize() > 0) delay(Duration.ofMillis(1));
        });
        assertThat(used).isEqualTo(600 - timeouts);
        pool.dispose();
        run(() -> awaitDone(database.close()));
    }

    private static int one(ConnectionPool pool, Duration limit) throws TimeoutException {
        return using(
                limit,
                () -> awaitSingle(pool.create()),
                connection -> awaitDone(Mono.from(connection.close())),
                connection -> awaitSingle(Flux.from(
                                connection.createStatement("select 1").execute())
                        .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class)))));
    }

    @Test
    void discardedWithoutASubscriber() {
        String first = run(() -> withDiscard(String.class, row -> log.add("discarded " + row), () -> {
            try (var rows = each(Flux.just("a", "b", "c"))) {
                return rows.next();
            }
        }));
        assertThat(first).isEqualTo("a");
        assertThat(log).containsExactly("discarded b", "discarded c");
    }

    private final Cached<Token> token =
            Cached.of(() -> awaitSingle(login()), token -> token.lifetime().minusSeconds(30));

    private record Token(int number, Duration lifetime) {}

    private Mono<Token> login() {
        return Mono.fromCallable(() -> new Token(calls.incrementAndGet(), A_MINUTE));
    }

    @Test
    void cached() {
        List<Integer> numbers =
                run(() -> mapConcurrent(List.of(1, 2, 3), 3, i -> token.await().number()));
        assertThat(numbers).containsExactly(1, 1, 1);
        token.invalidate();
        assertThat(token.await().number()).isEqualTo(2);
        token.invalidate();
    }

    @Test
    void subscribeOn() {
        Mono<String> before = Mono.fromCallable(FromReactorTest::blocking).subscribeOn(Schedulers.boundedElastic());
        Mono<String> after = mono(FromReactorTest::blocking);
        StepVerifier.create(before).expectNext("blocked").verifyComplete();
        StepVerifier.create(after).expectNext("blocked").verifyComplete();
    }

    private static String blocking() throws InterruptedException {
        Thread.sleep(1);
        return "blocked";
    }

    @Test
    void onAnEventLoop() {
        Mono<String> refused = Mono.delay(Duration.ofMillis(1)).map(tick -> awaitSingle(user(1)));
        Mono<String> allowed = Mono.delay(Duration.ofMillis(1)).flatMap(tick -> mono(() -> awaitSingle(user(1))));
        StepVerifier.create(refused)
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(IllegalStateException.class).hasMessageContaining("mono("));
        StepVerifier.create(allowed).expectNext("user1").verifyComplete();
    }

    @Test
    void empty() {
        Optional<String> none = run(() -> awaitOptional(Mono.empty()));
        assertThat(none).isEmpty();
        assertThat(run(() -> await(Mono.empty()) == null)).isTrue();
        assertThatThrownBy(() -> run(() -> awaitSingle(Mono.empty()))).isInstanceOf(NoValueException.class);
    }
}
