package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.each;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.spi.Warning;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The messages of {@code docs/guide/operating.md}, with a database and in a process of their own. */
class OperatingTest {
    private final BlockingQueue<Warning> warnings = new LinkedBlockingQueue<>();
    private final Hooks.Handle hook = Hooks.onWarning(warnings::add);
    private final Hooks.Handle watchdog = Hooks.watchdog(Duration.ofMillis(100));

    @AfterEach
    void end() {
        watchdog.close();
        hook.close();
    }

    private static Connection connect() {
        return awaitSingle(
                Mono.from(ConnectionFactories.get("r2dbc:h2:mem:///operating").create()));
    }

    /** A driver whose result ends only when its rows were read, as that of PostgreSQL; H2's knows its end before. */
    private static Flux<Result> execute(Connection connection, String sql) {
        return Flux.from(connection.createStatement(sql).execute())
                .<Result>map(result -> result)
                .concatWith(Mono.never());
    }

    private String warned(String coroutine) throws InterruptedException {
        for (; ; ) {
            Warning warning = warnings.poll(50, TimeUnit.SECONDS);
            assertThat(warning).as("a warning of " + coroutine).isNotNull();
            if (warning.coroutine().equals(coroutine)) return warning.toString();
        }
    }

    @Test
    void aResultWhoseRowsWereNotReadIsNamed() throws Exception {
        Deferred<Result> deferred = coroutine(() -> awaitSingle(execute(connect(), "select 1")))
                .named("select")
                .start();
        assertThat(warned("select"))
                .contains(
                        "awaitSingle of reactor.core.publisher.Flux",
                        "has a value of type io.r2dbc.h2.H2Result (io.r2dbc.spi.Result), which must be consumed before its source"
                                + " can end: use a loop, awaitFirst, or collect(flatMap(…))",
                        "at dev.weft.examples.OperatingTest.lambda$");
        deferred.cancel();
    }

    @Test
    void whatTheHintSaysWorks() {
        run(() -> {
            Connection connection = connect();
            assertThat(collect(
                            Flux.from(connection.createStatement("select 1").execute())
                                    .flatMap(result -> result.map((row, meta) -> row.get(0, Integer.class))),
                            9))
                    .containsExactly(1);
            Result result = awaitFirst(execute(connection, "select 2"));
            assertThat(collect(Flux.from(result.map((row, meta) -> row.get(0, Integer.class))), 9))
                    .containsExactly(2);
            awaitDone(Mono.from(connection.close()));
        });
    }

    @Test
    void aLoopThatHoldsItsConnectionIsNamed() throws Exception {
        Deferred<Void> deferred = coroutine(() -> {
                    try (var rows = each(execute(connect(), "select x from system_range(1, 3)")
                            .concatMap(result -> result.map((row, meta) -> row.get(0, Long.class))))) {
                        for (long row : rows) await(new CompletableFuture<>());
                    }
                })
                .named("updates")
                .start();
        assertThat(warned("updates"))
                .contains(
                        "meanwhile the loop over reactor.core.publisher.Flux",
                        "holds that source open",
                        "collect first");
        deferred.cancel();
    }

    /** Waits for something that never comes, until it is said so. */
    static final class Hangs {
        public static void main(String[] args) throws InterruptedException {
            var told = new CompletableFuture<Void>();
            try (Hooks.Handle hook = Hooks.onWarning(warning -> {
                System.out.println(warning.kind() + " " + warning.coroutine());
                told.complete(null);
            })) {
                run(() -> await(told));
                System.out.println("told by " + hook.getClass().getPackageName());
            }
        }
    }

    @Test
    void theWatchdogIsConfiguredAsTheBackendIs() throws Exception {
        var program = new Program(Hangs.class).with("-Dweft.backend=jdk", "-Dweft.watchdog=50ms");
        assertThat(program.run()).containsExactly("LONG_WAIT coroutine-1", "told by dev.weft");
    }

    @Test
    void aLimitThatIsNoTimeIsAnErrorThatSaysWhatToWrite() throws Exception {
        var program = new Program(Hangs.class).with("-Dweft.backend=jdk", "-Dweft.watchdog=abc");
        assertThat(String.join("\n", program.fail()))
                .contains(
                        "dev.weft.BackendException: looked for a time in weft.watchdog, such as 500ms, 10s, 2m or PT10S, or off;"
                                + " found \"abc\" (system property weft.watchdog); correct it");
    }
}
