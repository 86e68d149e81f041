package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Deferred;
import dev.weft.ScopedValues;
import dev.weft.spi.Backend;
import io.r2dbc.spi.ConnectionFactories;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** The code and the claims of {@code docs/guide/context.md}; those about the MDC are held by {@code MdcTest} of each adapter. */
class ContextGuideTest extends GuideTest {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Greeter.main(new String[0]))).contains("hello ann, bye ann");
    }

    // --- reading and adding

    @ParameterizedTest
    @MethodSource("backends")
    void anEntryHoldsForABlockAndForWhatItStartsAndAwaits(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            run(() -> withContext("user", "ann", () -> {
                log.add(Greeter.say("hello"));
                withContext("user", "bob", () -> {
                    log.add(async(() -> Greeter.say("hello")).await());
                    log.add(awaitSingle(mono(() -> Greeter.say("mono for"))));
                    log.add(await(single(() -> Greeter.say("single for"))));
                    for (String line : each(Flux.deferContextual(c -> Flux.just("flux for " + c.get("user")))))
                        log.add(line);
                });
                log.add(Greeter.say("goodbye"));
            }));
            assertThat(log)
                    .containsExactly(
                            "hello ann", "hello bob", "mono for bob", "single for bob", "flux for bob", "goodbye ann");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anEntryThatIsNotThere(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> run(() -> {
                    String user = context().getOrDefault("user", "nobody");
                    assertThat(user).isEqualTo("nobody");
                    assertThat(context().contains("user")).isFalse();
                    assertThatThrownBy(() -> context().get("user"))
                            .isInstanceOf(NoSuchElementException.class)
                            .hasMessage("no such key in the context: user");
                }));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anEntryIsUndoneHoweverTheBlockEnds(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> run(() -> {
                    assertThatThrownBy(() -> withContext("user", "ann", () -> {
                                throw new IllegalStateException("body");
                            }))
                            .hasMessage("body");
                    assertThat(context().contains("user")).isFalse();
                }));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatAMemberChangesStaysWithIt(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> run(() -> withContext("user", "ann", () -> {
                    var inside = new CountDownLatch(1);
                    var looked = new CountDownLatch(1);
                    Deferred<String> member = async(() -> withContext("user", "bob", () -> {
                        inside.countDown();
                        looked.await();
                        return Greeter.say("hello");
                    }));
                    inside.await();
                    assertThat(Greeter.say("hello")).isEqualTo("hello ann");
                    looked.countDown();
                    assertThat(member.await()).isEqualTo("hello bob");
                })));
    }

    // --- Reactor and RxJava

    @Test
    void reactorsContextIsTheOneOfTheCoroutine() {
        Mono<String> greeting = mono(() -> {
            String user = contextView().get("user"); // the subscriber's own ContextView
            return "hello " + user + ", " + awaitSingle(rights());
        });
        String answer = greeting.contextWrite(Context.of("user", "ann")).block();
        assertThat(answer).isEqualTo("hello ann, rights of ann");
        Context own = Context.of("user", "eve");
        assertThat(mono(() -> contextView() == own).contextWrite(c -> own).block())
                .isTrue();
    }

    private static Mono<String> rights() {
        return Mono.deferContextual(context -> Mono.just("rights of " + context.get("user")));
    }

    @Test
    void aSingleHasTheContextOfTheCoroutineThatSubscribesToIt() {
        Single<String> greeting = single(() -> "hello " + context().getOrDefault("user", "nobody"));
        List<String> seen = run(() -> withContext("user", "ann", () -> {
            String here = await(greeting);
            String mapped = await(Single.just(1).flatMap(n -> greeting));
            String elsewhere = await(greeting.subscribeOn(Schedulers.io()));
            return List.of(here, mapped, elsewhere);
        }));
        assertThat(seen).containsExactly("hello ann", "hello ann", "hello nobody");
        assertThat(greeting.blockingGet()).isEqualTo("hello nobody");
    }

    @Test
    void whatASingleNeedsIsReadBefore() {
        withContext("user", "ann", () -> {
            String user = context().get("user"); // read where it is known
            Single<String> greeting = single(() -> withContext("user", user, () -> Greeter.say("hello")));
            assertThat(greeting.subscribeOn(Schedulers.io()).blockingGet()).isEqualTo("hello ann");
        });
    }

    // --- thread-locals and scoped values

    @ParameterizedTest
    @MethodSource("backends")
    void aThreadLocalThatIsNotRegisteredIsEmptyInACoroutine(Backend backend) throws Exception {
        TENANT.set("t1");
        try {
            onEachBackend(
                    backend, () -> assertThat(run(() -> "" + TENANT.get())).isEqualTo("null"));
        } finally {
            TENANT.remove();
        }
    }

    @Test
    void onlyAScopedValueCanBeRegistered() {
        if (Runtime.version().feature() < 25)
            assertThatThrownBy(() -> ScopedValues.register(TENANT))
                    .hasMessageStartingWith("scoped values need JDK 25 or newer");
        else
            assertThatThrownBy(() -> ScopedValues.register(TENANT))
                    .hasMessageStartingWith("not a java.lang.ScopedValue");
    }

    // --- transactions

    @Test
    void aTransactionIsInTheContextOfWhatIsInsideTheOperator() {
        var database = ConnectionFactories.get("r2dbc:h2:mem:///context;DB_CLOSE_DELAY=-1");
        var orders = new Orders(
                DatabaseClient.create(database), TransactionalOperator.create(new R2dbcTransactionManager(database)));
        run(() -> orders.execute("create table orders (item varchar(9))"));

        assertThat(orders.place("tea").block()).isEqualTo(1);
        assertThatThrownBy(() -> orders.place("something else").block()).hasMessageContaining("Value too long");
        assertThat(orders.place("rice").block()).isEqualTo(2);

        assertThatThrownBy(() -> orders.placeBeside("stew").block()).hasMessage("no");
        assertThat(run(orders::count)).isEqualTo(3);
        assertThatThrownBy(() -> orders.placeAndFail("soup").block()).hasMessage("no");
        assertThat(run(orders::count)).isEqualTo(3);
        run(() -> orders.execute("drop table orders"));
    }

    private record Orders(DatabaseClient database, TransactionalOperator transactions) {
        Mono<Long> place(String item) {
            return mono(() -> {
                String checked = item.strip(); // there is no transaction yet
                return awaitSingle(transactions.transactional(mono(() -> {
                    insert(checked);
                    return count();
                })));
            });
        }

        Mono<Long> placeAndFail(String item) {
            return mono(() -> awaitSingle(transactions.transactional(mono(() -> {
                insert(item);
                throw new IllegalStateException("no");
            }))));
        }

        /** What is started outside is not in the transaction, though it is awaited there. */
        Mono<Long> placeBeside(String item) {
            return mono(() -> {
                Deferred<Long> outside = async(() -> insert(item)); // outside: it has no transaction
                return awaitSingle(transactions.transactional(mono(() -> {
                    outside.await();
                    throw new IllegalStateException("no"); // rolls back nothing of it
                })));
            });
        }

        long insert(String item) {
            return awaitSingle(database.sql("insert into orders values ($1)")
                    .bind(0, item)
                    .fetch()
                    .rowsUpdated());
        }

        long count() {
            return awaitSingle(database.sql("select count(*) from orders")
                    .map(row -> row.get(0, Long.class))
                    .one());
        }

        void execute(String sql) {
            awaitSingle(database.sql(sql).fetch().rowsUpdated());
        }
    }

    // --- mistakes

    @Test
    void aBlockThatOnlyMakesAMonoAddsNothing() {
        Mono<String> without = withContext("user", "ann", () -> mono(() -> Greeter.say("hello")));
        assertThatThrownBy(without::block).hasMessage("no such key in the context: user");
        Mono<String> with = mono(() -> withContext("user", "ann", () -> Greeter.say("hello")));
        assertThat(with.block()).isEqualTo("hello ann");
    }

    @Test
    void contextWriteIsSeenAboveItOnly() {
        Mono<String> user = mono(() -> "" + context().getOrDefault("user", "nobody"));
        Mono<String> above = user.contextWrite(Context.of("user", "ann"));
        Mono<String> below =
                Mono.just(1).contextWrite(Context.of("user", "ann")).flatMap(n -> user);
        assertThat(above.block() + " " + below.block()).isEqualTo("ann nobody");
    }
}
