package dev.weft.examples.shop;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.shop.Visitor.Answer;
import io.r2dbc.pool.ConnectionPool;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Mono;

/**
 * Customers order and transfer, and leave every third of their requests half-way. For longer:
 * {@code mvn test -pl examples/spring-shop -am -Dtest=LoadTest#nothingIsLost -Dload.seconds=30
 * -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.skip -Dstorms.skip}.
 */
abstract class Load {
    private static final int CLIENTS = 16;

    @LocalServerPort
    private int port;

    @Autowired
    private DatabaseClient database;

    @Autowired
    private ConnectionPool pool;

    @Autowired
    private HalfWay halfWay;

    /** How many there were of each status, and of 0, if the client has left. */
    private final Map<Integer, Integer> answers = new ConcurrentSkipListMap<>();

    @BeforeEach
    void enoughForAll() {
        run(() -> {
            update("delete from shop_order");
            update("update shop_account set balance = case name when 'shop' then 0 else 500000000 end");
            update("update shop_item set stock = 10000000");
        });
    }

    private void update(String sql) {
        awaitDone(database.sql(sql).fetch().rowsUpdated());
    }

    /** Each holds the rows that the next one needs. */
    @Test
    void aCustomerWhoLeavesHalfWayHasBoughtNothing() throws InterruptedException {
        Visitor ann = Visitor.named("ann", port);
        run(() -> {
            Books before = Books.of(database);
            for (int i = 0; i < Integer.getInteger("leave.times", 200); i++) {
                var request =
                        ann.post("/orders", new Purchase("cup", HalfWay.AMOUNT)).subscribe();
                halfWay.next();
                request.dispose();
            }
            Books.settle(pool);
            assertThat(Books.of(database)).isEqualTo(before);
            assertThat(ann.get("/account", Account.class).balance()).isEqualTo(500_000_000);
        });
    }

    @Test
    void nothingIsLost() {
        run(() -> {
            Books before = Books.of(database);
            long end = System.nanoTime() + 1_000_000_000L * Integer.getInteger("load.seconds", 30);
            gather(IntStream.range(0, CLIENTS)
                    .mapToObj(client -> coroutine(() -> visit(client, end)))
                    .toList());
            Books.settle(pool);
            assertThat(Books.of(database)).isEqualTo(before);
            assertThat(answers.keySet()).isSubsetOf(0, 201, 204);
            System.out.println(
                    getClass().getSimpleName() + ": answers by status, 0 if the client has left: " + answers);
        });
    }

    private void visit(int seed, long end) {
        var random = new SplittableRandom(seed);
        String me = seed % 2 == 0 ? "ann" : "bob";
        String other = seed % 2 == 0 ? "bob" : "ann";
        Visitor visitor = Visitor.named(me, port);
        do {
            Mono<Answer> request = random.nextBoolean()
                    ? visitor.post("/orders", new Purchase(random.nextBoolean() ? "cup" : "tea", 1 + random.nextInt(3)))
                    : visitor.post("/transfers", new Transfer(other, 1 + random.nextInt(100)));
            answers.merge(
                    random.nextInt(3) > 0 ? awaitSingle(request).status() : leave(request, random), 1, Integer::sum);
        } while (System.nanoTime() < end);
    }

    private static int leave(Mono<Answer> request, SplittableRandom random) {
        Answer answer = withTimeoutOrNull(Duration.ofNanos(1 + random.nextInt(30_000_000)), () -> awaitSingle(request));
        return answer == null ? 0 : answer.status();
    }
}
