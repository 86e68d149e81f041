package dev.weft.examples;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.runBlocking;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** The pieces of code in the guide for those who bring Weft into a service. */
class AdoptionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Stock stock = new Stock();

    // guide: a handler before
    private Mono<String> orderBefore(int id) {
        return stock.find(id)
                .flatMap(item -> stock.price(item)
                        .timeout(PATIENCE)
                        .onErrorReturn(TimeoutException.class, 0)
                        .map(price -> item + " for " + price))
                .defaultIfEmpty("no item " + id);
    }

    // guide: and after
    private Mono<String> order(int id) {
        return mono(() -> {
            String item = await(stock.find(id));
            if (item == null) return "no item " + id;
            return item + " for " + price(item);
        });
    }

    private int price(String item) {
        try {
            return withTimeout(PATIENCE, () -> awaitSingle(stock.price(item)));
        } catch (TimeoutException tooSlow) {
            return 0;
        }
    }

    private static final class Stock {
        Mono<String> find(int id) {
            return id == 7 ? Mono.just("tea").delayElement(Duration.ofMillis(1)) : Mono.empty();
        }

        Mono<Integer> price(String item) {
            return Mono.just(item.length()).delayElement(Duration.ofMillis(1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneTestForBoth(boolean await) {
        Function<Integer, Mono<String>> handler = await ? this::order : this::orderBefore;
        StepVerifier.create(handler.apply(7)).expectNext("tea for 3").verifyComplete();
        StepVerifier.create(handler.apply(8)).expectNext("no item 8").verifyComplete();
    }

    @Test
    void theRoutesStay() {
        var server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.get(
                        "/orders/{id}",
                        (request, response) -> response.sendString(order(Integer.parseInt(request.param("id"))))))
                .bindNow();
        try {
            Mono<String> answer = HttpClient.create()
                    .get()
                    .uri("http://127.0.0.1:" + server.port() + "/orders/7")
                    .responseContent()
                    .aggregate()
                    .asString();
            StepVerifier.create(answer).expectNext("tea for 3").verifyComplete();
        } finally {
            server.disposeNow();
        }
    }

    private final class Restocking implements Runnable {
        @Override
        public void run() {
            runBlocking(() -> log.add("bought " + awaitSingle(stock.find(7))));
        }
    }

    @Test
    void aJob() {
        new Restocking().run();
        assertThat(log).containsExactly("bought tea");
    }

    @Test
    void theGuard() {
        Mono<String> refused = Mono.delay(Duration.ofMillis(1)).map(tick -> awaitSingle(stock.find(7)));
        StepVerifier.create(refused).verifyErrorSatisfies(failure -> {
            assertThat(failure).isInstanceOf(IllegalStateException.class);
            log.add(failure.getMessage());
        });
        assertThat(log.peek()).contains("parallel-").contains("mono(");
    }

    @Test
    void whatLivesOnlyAsLongAsItsSignal() {
        Flux<Message> messages = Flux.create(socket -> {
            for (String text : List.of("one", "two")) {
                var message = new Message(text);
                socket.next(message);
                message.release();
            }
            socket.complete();
        });
        runBlocking(() -> {
            try (var texts = each(messages.map(Message::text))) {
                for (String text : texts) log.add(text);
            }
        });
        assertThat(log).containsExactly("one", "two");
        Message late = runBlocking(() -> awaitFirst(messages));
        assertThatThrownBy(late::text).hasMessage("released");
    }

    /** As a WebSocket of Netty has it: its buffer goes back to the pool when its signal is over. */
    private static final class Message {
        private final String text;
        private volatile boolean released;

        Message(String text) {
            this.text = text;
        }

        String text() {
            if (released) throw new IllegalStateException("released");
            return text;
        }

        void release() {
            released = true;
        }
    }

    @Test
    void theContext() {
        Mono<String> greeting = mono(() -> {
            String user = contextView().get("user");
            return awaitSingle(stock.find(7)) + " for " + user;
        });
        StepVerifier.create(greeting.contextWrite(Context.of("user", "ann")))
                .expectNext("tea for ann")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource
    void aTransaction(Database database) {
        var transactions = new Transactions(ConnectionFactories.get(database.url()));
        transactions
                .transactional(mono(() -> update("create table weft_purchase (balance int)")))
                .block();

        Mono<Integer> failing = transactions.transactional(mono(() -> {
            update("insert into weft_purchase values (30)");
            update("insert into weft_purchase values ('no number')");
            return 2;
        }));
        StepVerifier.create(failing).verifyError();
        StepVerifier.create(transactions.transactional(mono(AdoptionTest::rows)))
                .expectNext(0L)
                .verifyComplete();

        Mono<Long> working = mono(() -> {
            String item = awaitSingle(stock.find(7)); // there is no transaction yet
            return awaitSingle(transactions.transactional(mono(() -> {
                update("insert into weft_purchase values (" + price(item) + ")");
                return rows();
            })));
        });
        StepVerifier.create(working).expectNext(1L).verifyComplete();
        StepVerifier.create(transactions.transactional(mono(AdoptionTest::rows)))
                .expectNext(1L)
                .verifyComplete();
        transactions
                .transactional(mono(() -> update("drop table weft_purchase")))
                .block();
    }

    private static int update(String sql) {
        Connection connection = contextView().get(Connection.class);
        return Math.toIntExact(
                awaitSingle(Flux.from(connection.createStatement(sql).execute())
                        .flatMap(Result::getRowsUpdated)
                        .reduce(0L, Long::sum)));
    }

    private static long rows() {
        Connection connection = contextView().get(Connection.class);
        return awaitSingle(Flux.from(connection
                        .createStatement("select count(*) from weft_purchase")
                        .execute())
                .flatMap(result -> result.map((row, names) -> row.get(0, Long.class))));
    }

    /** In the manner of Spring's TransactionalOperator: the transaction is in the subscriber's context. */
    private record Transactions(ConnectionFactory database) {
        <T> Mono<T> transactional(Mono<T> work) {
            return Mono.usingWhen(
                    Mono.from(database.create()).delayUntil(Connection::beginTransaction),
                    connection -> work.contextWrite(Context.of(Connection.class, connection)),
                    connection -> Mono.from(connection.commitTransaction()).then(Mono.from(connection.close())),
                    (connection, failure) ->
                            Mono.from(connection.rollbackTransaction()).then(Mono.from(connection.close())),
                    connection -> Mono.from(connection.rollbackTransaction()).then(Mono.from(connection.close())));
        }
    }

    @Test
    void aClientThatLeaves() throws InterruptedException {
        var started = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Mono<String> answer = mono(() -> {
            try {
                started.countDown();
                return awaitSingle(Mono.<String>never());
            } finally {
                shielded(() -> awaitDone(release()));
                ended.countDown();
            }
        });
        var client = answer.subscribe();
        started.await();
        client.dispose(); // does not wait
        ended.await();
        assertThat(log).containsExactly("released");
    }

    private Mono<Void> release() {
        return Mono.delay(Duration.ofMillis(1))
                .doOnNext(tick -> log.add("released"))
                .then();
    }

    @Test
    void virtualTime() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    delay(Duration.ofHours(1));
                    return withTimeout(PATIENCE, () -> awaitSingle(Mono.<String>never()));
                }))
                .expectSubscription()
                .expectNoEvent(Duration.ofHours(1))
                .thenAwait(PATIENCE)
                .verifyError(TimeoutException.class);
    }

    @Test
    void aNameInTheThreadDump() {
        Mono<String> named = named("order 7", () -> Thread.currentThread().getName());
        StepVerifier.create(named)
                .assertNext(name -> assertThat(name).startsWith("order 7"))
                .verifyComplete();
    }

    private static <T> Mono<T> named(String name, Callable<T> body) {
        return asMono(coroutine(body).named(name));
    }

    @Test
    void whereAFailureWasAwaited() {
        Mono<Integer> failing =
                mono(() -> awaitSingle(Mono.delay(Duration.ofMillis(1)).map(tick -> Integer.parseInt("seven"))));
        assertThatThrownBy(failing::block)
                .isInstanceOf(NumberFormatException.class)
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).anyMatch(each -> "awaited at".equals(each.getMessage())));
    }
}
