package dev.weft.examples.shop;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncIterator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;
import reactor.core.publisher.Flux;

/** The whole application, on a server and a database. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Import(HalfWay.class)
class SpringShopTest {
    @LocalServerPort
    private int port;

    @Autowired
    private DatabaseClient database;

    @Autowired
    private HalfWay halfWay;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Delivery delivery;

    private Visitor ann;
    private Visitor bob;
    private Visitor clerk;

    @BeforeEach
    void visitors() {
        ann = Visitor.named("ann", port);
        bob = Visitor.named("bob", port);
        clerk = Visitor.named("clerk", port);
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) delay(Duration.ofMillis(5));
    }

    // --- who may do what

    @ParameterizedTest
    @CsvSource({
        "POST, /orders", // a plain method
        "GET, /account", // a Mono
        "GET, /orders/1", // a Coroutine
        "GET, /orders", // a stream, as lines
        "GET, /orders/live", // a stream, as events
        "GET, /desk",
        "GET, /actuator/prometheus",
        "GET, /"
    })
    void withoutAPasswordThereIsNothing(String method, String path) {
        assertThat(Visitor.nobody(port).status(HttpMethod.valueOf(method), path).block())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "ann, /account, 200",
        "clerk, /account, 403",
        "clerk, /orders, 200",
        "ann, /orders, 403",
        "clerk, /audit, 200",
        "ann, /audit, 403",
        "clerk, /orders/0, 404",
        "clerk, /actuator/prometheus, 200",
        "ann, /actuator/prometheus, 403",
        "ann, /desk, 403",
        "ann, /actuator/health, 200",
        "ann, /, 200"
    })
    void aRoleDecides(String user, String path, int status) {
        assertThat(Visitor.named(user, port).status(HttpMethod.GET, path).block())
                .isEqualTo(status);
    }

    @Test
    void aClerkBuysNothing() {
        assertThat(clerk.post("/orders", new Purchase("cup", 1)).block().status())
                .isEqualTo(403);
        assertThat(clerk.post("/transfers", new Transfer("ann", 1)).block().status())
                .isEqualTo(403);
    }

    @Test
    void anOrderIsReadByItsCustomerAndTheClerk() {
        run(() -> {
            Order order = ann.order("cup", 1);
            assertThat(ann.get("/orders/" + order.id(), Order.class)).isEqualTo(order);
            assertThat(clerk.get("/orders/" + order.id(), Order.class)).isEqualTo(order);
            assertThat(awaitSingle(bob.status(HttpMethod.GET, "/orders/" + order.id())))
                    .isEqualTo(403);
        });
    }

    @Test
    void aRequestWithoutTheTokenIsForged() {
        var forged = new Visitor(ann.web()
                .mutate()
                .defaultHeaders(headers -> headers.remove("X-XSRF-TOKEN"))
                .build());
        assertThat(forged.post("/orders", new Purchase("cup", 1)).block().status())
                .isEqualTo(403);
    }

    // --- money

    @Test
    void anOrderMovesMoneyAndGoods() {
        run(() -> {
            Books before = Books.of(database);
            int had = ann.get("/account", Account.class).balance();
            Order order = ann.order("pot", 2);
            assertThat(order).isEqualTo(new Order(order.id(), "ann", "pot", 2, 2 * 2500 + 420, false));
            assertThat(ann.get("/account", Account.class).balance()).isEqualTo(had - order.total());
            assertThat(Books.of(database)).isEqualTo(before);
        });
    }

    @ParameterizedTest
    @CsvSource({"pan, 1, 409, there is no pan", "pot, 101, 400, Failed to read", "pot, 0, 400, Failed to read"})
    void whatCannotBeSoldIsRefused(String item, int amount, int status, String reason) {
        var answer = ann.post("/orders", "{\"item\":\"%s\",\"amount\":%d}".formatted(item, amount))
                .block();
        assertThat(answer.body()).contains(reason);
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void aFailureAfterAllHasMovedRollsItBack() throws InterruptedException {
        run(() -> {
            Books before = Books.of(database);
            int had = ann.get("/account", Account.class).balance();
            var answer = async(() -> awaitSingle(ann.post("/orders", new Purchase("cup", HalfWay.AMOUNT))));
            halfWay.next().tryEmitError(new IllegalStateException("the disk is full"));
            assertThat(answer.await().status()).isEqualTo(500);
            assertThat(ann.get("/account", Account.class).balance()).isEqualTo(had);
            assertThat(Books.of(database)).isEqualTo(before);
        });
    }

    @Test
    void moneyIsGivenToOtherCustomersAlone() {
        run(() -> {
            Books before = Books.of(database);
            int had = bob.get("/account", Account.class).balance();
            assertThat(awaitSingle(ann.post("/transfers", new Transfer("bob", 100)))
                            .status())
                    .isEqualTo(204);
            assertThat(awaitSingle(ann.post("/transfers", new Transfer("eve", 100)))
                            .body())
                    .contains("there is no account of eve");
            assertThat(awaitSingle(ann.post("/transfers", new Transfer("shop", 100)))
                            .body())
                    .contains("the shop takes no gifts");
            assertThat(bob.get("/account", Account.class).balance()).isEqualTo(had + 100);
            assertThat(Books.of(database)).isEqualTo(before);
        });
    }

    // --- what arrives

    private static List<Order> upTo(Order last, AsyncIterator<ServerSentEvent<Order>> live) {
        List<Order> seen = new ArrayList<>();
        do seen.add(live.next().data());
        while (!seen.getLast().equals(last));
        return seen;
    }

    @Test
    void ordersArriveLive() {
        run(() -> {
            Order earlier = ann.order("tea", 1);
            try (var annsFeed = each(ann.live());
                    var clerksFeed = each(clerk.live())) {
                assertThat(annsFeed.next().comment()).isEqualTo("connected");
                assertThat(clerksFeed.next().comment()).isEqualTo("connected");
                assertThat(upTo(earlier, annsFeed)).containsExactly(earlier);
                assertThat(upTo(earlier, clerksFeed)).containsExactly(earlier);

                // Now the earlier ones have been read, and others can come only live.
                Order bobs = bob.order("tea", 2);
                Order anns = ann.order("tea", 3);
                assertThat(upTo(anns, annsFeed)).extracting(Order::customer).containsOnly("ann");
                assertThat(upTo(anns, clerksFeed)).contains(bobs);
            }
        });
    }

    @Test
    void ordersAreLinesOfJson() {
        run(() -> {
            Order order = bob.order("tea", 1);
            assertThat(collect(clerk.lines(), 100_000)).contains(order);
        });
    }

    // --- the desk

    private List<String> atTheDesk(String user, String origin, String... numbers) {
        var headers = new HttpHeaders();
        headers.setBasicAuth(user, user);
        if (!origin.isEmpty()) headers.setOrigin(origin);
        List<String> answers = new ArrayList<>();
        awaitDone(new ReactorNettyWebSocketClient()
                .execute(
                        URI.create("ws://127.0.0.1:" + port + "/desk"),
                        headers,
                        session -> mono(() -> {
                            awaitDone(session.send(Flux.fromArray(numbers).map(session::textMessage)));
                            try (var all = each(session.receive().map(WebSocketMessage::getPayloadAsText))) {
                                while (answers.size() < numbers.length) answers.add(all.next());
                            }
                        })));
        return answers;
    }

    @Test
    void aClerkShipsAnOrderOnceAndTheCarrierIsTold() {
        run(() -> {
            long told = requests("/parcels");
            int number = ann.order("tea", 1).id();
            String text = String.valueOf(number);
            assertThat(atTheDesk("clerk", "", text, text, "cup"))
                    .containsExactly("shipped " + text, "there is no order " + text + " to ship", "not a number: cup");
            assertThat(ann.get("/orders/" + number, Order.class).shipped()).isTrue();
            until(() -> requests("/parcels") == told + 1);
        });
    }

    @Test
    void theDeskIsForClerksOfThisSite() {
        run(() -> {
            assertThatThrownBy(() -> atTheDesk("ann", "", "1")).hasMessageContaining("403");
            assertThatThrownBy(() -> atTheDesk("clerk", "https://evil.example", "1"))
                    .hasMessageContaining("403");
            assertThat(atTheDesk("clerk", "http://127.0.0.1:" + port, "0"))
                    .containsExactly("there is no order 0 to ship");
        });
    }

    // --- what runs beside

    /** How often the carrier was asked. */
    private long requests(String uri) {
        Timer timer = meters.find("http.client.requests").tag("uri", uri).timer();
        return timer == null ? 0 : timer.count();
    }

    @Test
    void theCarrierIsAskedOnceForAQuote() {
        delivery.forgetQuotes();
        run(() -> {
            String quotes = "/quotes/{amount}";
            long before = requests(quotes);
            ann.order("tea", 9);
            until(() -> requests(quotes) == before + 1);
            ann.order("cup", 9);
            bob.order("tea", 9);
            assertThat(requests(quotes)).isEqualTo(before + 1);
        });
    }

    @Test
    void theBooksAreLookedAtAgainAndAgain() {
        run(() -> {
            var first = clerk.get("/audit", Audit.Report.class);
            until(() -> clerk.get("/audit", Audit.Report.class).at().isAfter(first.at()));
            assertThat(clerk.get("/audit", Audit.Report.class).sums().balanced())
                    .isTrue();
        });
    }

    @Test
    void prometheusReadsTheMetersOfCoroutines() {
        run(() -> {
            ann.order("tea", 1);
            for (String meter : List.of(
                    "weft_coroutines_active{",
                    "weft_coroutines_lifetime_seconds_count{backend=\"reactor\",name=\"audit\",outcome=\"succeeded\"",
                    "weft_coroutines_lifetime_seconds_count{backend=\"reactor\",name=\"POST /orders\"",
                    "weft_coroutines_waits_seconds_count{",
                    "weft_dropped_total"))
                until(() -> clerk.get("/actuator/prometheus", String.class).contains(meter));
        });
    }
}
