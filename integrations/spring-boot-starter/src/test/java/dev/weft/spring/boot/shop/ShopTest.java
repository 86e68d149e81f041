package dev.weft.spring.boot.shop;

import static dev.weft.Async.await;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.Supervisor;
import dev.weft.spring.WeftTransactions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** The whole application, on a server and a database. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ShopTest {
    @LocalServerPort
    private int port;

    @Autowired
    private Items items;

    @Autowired
    private Stock stock;

    @Autowired
    private ApplicationEventPublisher events;

    @Autowired
    private WeftTransactions transactions;

    @Autowired
    private Supervisor supervisor;

    @BeforeEach
    void empty() {
        run(() -> await(items.deleteAll()));
    }

    private WebClient web() {
        return WebClient.create("http://127.0.0.1:" + port);
    }

    private ItemClient client() {
        return HttpServiceProxyFactory.builderFor(WebClientAdapter.create(web()))
                .build()
                .createClient(ItemClient.class);
    }

    private String get(String path, MediaType type) {
        return web().get()
                .uri(path)
                .accept(type)
                .retrieve()
                .bodyToMono(String.class)
                .block();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "mono", "coroutine", "stream"})
    void W1_eachKindOfHandlerRunsWithTheContextOfTheRequest(String kind) {
        assertThat(get("/user/" + kind, MediaType.ALL)).isEqualTo("ann");
    }

    @Test
    void anInterfaceForHttpReturnsCoroutinesAndStreams() {
        run(() -> {
            Item cup = await(client().add(new Item(null, "cup", 3)));
            assertThat(await(client().item(cup.id()))).isEqualTo(cup);
            assertThat(client().all().collect(9)).containsExactly(cup);
            assertThatThrownBy(() -> await(client().item(-1))).isInstanceOf(WebClientResponseException.NotFound.class);
            assertThatThrownBy(() -> await(client().add(new Item(null, "cup", -1))))
                    .isInstanceOfSatisfying(
                            WebClientResponseException.BadRequest.class,
                            refused -> assertThat(refused.getResponseBodyAsString())
                                    .isEqualTo("less than nothing of cup"));
        });
    }

    private Item find(int id) {
        return await(web().get()
                .uri("/items/" + id)
                .exchangeToMono(response -> mono(() -> {
                    if (response.statusCode().value() == 404) return null; // a body that nobody reads is released
                    return await(response.bodyToMono(Item.class));
                })));
    }

    @Test
    void aResponseIsReadInsideAMono() {
        Item cup = run(() -> await(stock.add("cup", 3)));
        assertThat(run(() -> find(cup.id()))).isEqualTo(cup);
        assertThat(run(() -> find(-1))).isNull();
    }

    private ResponseEntity<String> order(String json) {
        return web().post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(json)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block();
    }

    @Test
    void aPlainHandlerAwaits() {
        Item cup = run(() -> await(stock.add("cup", 3)));
        assertThat(order("{\"name\":\"cup\",\"amount\":2}").getBody())
                .isEqualTo("{\"id\":" + cup.id() + ",\"name\":\"cup\",\"stock\":1}");
        assertThat(order("{\"name\":\"cup\",\"amount\":2}").getBody()).isEqualTo("only 1 of cup");
        assertThat(order(" ".repeat(1025)).getStatusCode().value()).isEqualTo(413);
        assertThat(run(() -> await(items.findByName("cup"))).stock()).isEqualTo(1);
    }

    @Test
    void aStreamIsLinesOrEvents() {
        Item cup = run(() -> await(stock.add("cup", 3)));
        String json = "{\"id\":" + cup.id() + ",\"name\":\"cup\",\"stock\":3}";
        assertThat(get("/items", MediaType.APPLICATION_NDJSON)).isEqualTo(json + "\n");
        assertThat(get("/items", MediaType.TEXT_EVENT_STREAM)).isEqualTo("data:" + json + "\n\n");
    }

    /** Each waits for the lock of the one before, and there are fewer connections than requests. */
    @Test
    void W2_aClientThatLeavesInATransactionRollsItBackAndReturnsTheConnection() throws InterruptedException {
        run(() -> await(stock.add("cup", 3)));
        for (int i = 0; i < 50; i++) {
            Disposable request = web().post()
                    .uri("/orders/stuck")
                    .bodyValue(new ItemController.Order("cup", 1))
                    .retrieve()
                    .toBodilessEntity()
                    .subscribe();
            CountDownLatch left = ItemController.STUCK.take();
            request.dispose();
            left.await();
        }
        assertThat(run(() -> await(items.findByName("cup"))).stock()).isEqualTo(3);
    }

    @Test
    void aFilterAndARouteAwaitInsideAMono() {
        var empty = web().get()
                .uri("/count")
                .exchangeToMono(response -> response.toEntity(String.class))
                .block();
        assertThat(empty.getBody()).isEqualTo("0");
        assertThat(empty.getHeaders().getFirst("Stocked")).isEqualTo("no");
        run(() -> await(stock.add("cup", 3)));
        assertThat(get("/count", MediaType.ALL)).isEqualTo("1");
    }

    @Test
    void aWebSocketAwaitsInsideAMono() {
        List<String> seen = new ArrayList<>();
        new ReactorNettyWebSocketClient()
                .execute(
                        URI.create("ws://127.0.0.1:" + port + "/upper-case"),
                        session -> mono(() -> {
                            awaitDone(session.send(Flux.just("cup", "pot").map(session::textMessage)));
                            try (var answers = each(session.receive().map(WebSocketMessage::getPayloadAsText))) {
                                for (String answer : answers) {
                                    seen.add(answer);
                                    if (seen.size() == 2) break;
                                }
                            }
                        }))
                .block();
        assertThat(seen).containsExactly("CUP", "POT");
    }

    @Test
    void aRepositoryReturnsCoroutinesAndStreams() {
        run(() -> {
            gather(items.save(new Item(null, "cup", 1)), items.save(new Item(null, "pot", 2)));
            assertThat(await(items.count())).isEqualTo(2);
            assertThat(await(items.findByName("pot")).stock()).isEqualTo(2);
            assertThat(await(items.findByName("pan"))).isNull();
            assertThat(items.findByStockGreaterThan(0).map(Item::name).collect(9))
                    .containsExactlyInAnyOrder("cup", "pot");
        });
    }

    @Test
    void W5_aTransactionOfACoroutineCommitsAndRollsBack() {
        run(() -> {
            await(stock.add("cup", 1));
            assertThatThrownBy(() -> await(stock.add("pot", -1))).isInstanceOf(IllegalArgumentException.class);
            var twice = stock.add("pan", 1); // a transaction for each await
            await(twice);
            await(twice);
            assertThat(await(items.count())).isEqualTo(3);
        });
    }

    @Test
    void aTransactionOfAPlainMethodCommitsAndRollsBack() {
        run(() -> {
            await(stock.add("cup", 3));
            assertThat(stock.take("cup", 1).stock()).isEqualTo(2);
            assertThatThrownBy(() -> stock.take("cup", 3)).hasMessage("only 2 of cup");
            assertThat(await(items.findByName("cup")).stock()).isEqualTo(2);
        });
    }

    @Test
    void aBodyRunsInATransaction() {
        run(() -> {
            assertThatThrownBy(() -> transactions.inTransaction(() -> {
                        await(stock.add("cup", 3));
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(await(items.count())).isZero();
        });
    }

    @Test
    void aTransactionOfAStreamCommitsAndRollsBack() {
        run(() -> {
            assertThat(stock.addAll("cup", "pot").map(Item::name).collect(9)).containsExactly("cup", "pot");
            assertThatThrownBy(() -> stock.addAll("pan", "").collect(9)).isInstanceOf(IllegalArgumentException.class);
            assertThat(await(items.count())).isEqualTo(2);
        });
    }

    @Test
    void aCacheKeepsTheResultAndNotTheCoroutine() {
        int first = run(() -> await(stock.counted()));
        assertThat(run(() -> gather(stock.counted(), stock.counted()))).isEqualTo(List.of(first, first));
    }

    @Test
    void aListenerOfEventsRuns() throws InterruptedException {
        var seen = new CountDownLatch(1);
        events.publishEvent(new Stock.Arrived(seen));
        seen.await();
    }

    @Test
    void aScheduledCoroutineRunsAgainAndAgain() throws InterruptedException {
        stock.awaitTicks();
    }

    @Test
    void theApplicationHasASupervisor() {
        var done = supervisor.launch("mail", () -> Async.checkpoint());
        run(() -> await(done));
    }
}
