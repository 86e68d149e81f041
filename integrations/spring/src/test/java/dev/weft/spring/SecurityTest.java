package dev.weft.spring;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** Method security of each kind of method. */
class SecurityTest {
    private static AnnotationConfigApplicationContext context;
    private static Vault vault;
    private static DatabaseClient database;

    @Configuration(proxyBeanMethods = false)
    @EnableReactiveMethodSecurity
    @EnableTransactionManagement
    @EnableWeft
    @Import({Vault.class, Database.class})
    static class App {}

    @Configuration(proxyBeanMethods = false)
    @EnableReactiveMethodSecurity
    @EnableTransactionManagement(order = 0)
    @EnableWeft
    @Import({Vault.class, Database.class})
    static class WithTheTransactionOutside {}

    @Configuration(proxyBeanMethods = false)
    static class Database {
        @Bean
        ConnectionFactory connections() {
            return ConnectionFactories.get("r2dbc:h2:mem:///security;DB_CLOSE_DELAY=-1");
        }

        @Bean
        ReactiveTransactionManager manager(ConnectionFactory connections) {
            return new R2dbcTransactionManager(connections);
        }

        @Bean
        DatabaseClient database(ConnectionFactory connections) {
            return DatabaseClient.create(connections);
        }
    }

    static class Vault {
        private final DatabaseClient database;

        Vault(DatabaseClient database) {
            this.database = database;
        }

        private static String who() {
            return awaitSingle(ReactiveSecurityContextHolder.getContext())
                    .getAuthentication()
                    .getName();
        }

        @PreAuthorize("hasRole('KEEPER')")
        public Mono<String> inMono() {
            return mono(() -> who());
        }

        @PreAuthorize("hasRole('KEEPER')")
        public Coroutine<String> inCoroutine() {
            return coroutine(() -> who());
        }

        @PreAuthorize("hasRole('KEEPER')")
        public AsyncStream<String> inStream() {
            return stream(out -> out.emit(who()));
        }

        @PreAuthorize("hasRole('KEEPER')")
        public String plain() {
            return who();
        }

        @PostAuthorize("returnObject == authentication.name")
        public Coroutine<String> owned(String owner) {
            return coroutine(() -> owner);
        }

        @PostAuthorize("returnObject == authentication.name")
        public String ownedPlain(String owner) {
            who();
            return owner;
        }

        @PostAuthorize("returnObject == null and hasRole('KEEPER')")
        public Coroutine<Void> nothing() {
            return coroutine(() -> null);
        }

        @PostAuthorize("returnObject == null and hasRole('KEEPER')")
        public void nothingPlain() {
            who();
        }

        @PreAuthorize("hasRole('KEEPER')")
        public Object disguised() {
            return coroutine(() -> {
                throw new AssertionError("ran without a check");
            });
        }

        @PreAuthorize("hasRole('KEEPER')")
        public String failing(Exception failure) throws Exception {
            throw failure;
        }

        @PreAuthorize("hasRole('KEEPER')")
        @Transactional
        public Coroutine<Void> insertAndFail() {
            return coroutine(() -> {
                awaitDone(database.sql("insert into row_of values (1)").then());
                throw new IllegalStateException("disk");
            });
        }
    }

    @BeforeAll
    static void start() {
        context = new AnnotationConfigApplicationContext(App.class);
        vault = context.getBean(Vault.class);
        database = context.getBean(DatabaseClient.class);
        database.sql("create table if not exists row_of(id int)").then().block();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static void as(String role, AsyncAction<?> body) {
        mono(body)
                .contextWrite(ReactiveSecurityContextHolder.withAuthentication(
                        new TestingAuthenticationToken("ann", "secret", "ROLE_" + role)))
                .block();
    }

    private static String call(String kind) {
        return switch (kind) {
            case "mono" -> awaitSingle(vault.inMono());
            case "coroutine" -> await(vault.inCoroutine());
            case "stream" -> vault.inStream().first();
            default -> vault.plain();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"mono", "coroutine", "stream", "plain"})
    void isGrantedOrDeniedBefore(String kind) {
        as("KEEPER", () -> assertThat(call(kind)).isEqualTo("ann"));
        as("THIEF", () -> assertThatThrownBy(() -> call(kind)).isInstanceOf(AccessDeniedException.class));
        assertThatThrownBy(() -> mono(() -> call(kind)).block()).as("nobody").isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void isGrantedOrDeniedAfter() {
        as("KEEPER", () -> {
            assertThat(await(vault.owned("ann"))).isEqualTo("ann");
            assertThat(vault.ownedPlain("ann")).isEqualTo("ann");
            assertThatThrownBy(() -> await(vault.owned("bob"))).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> vault.ownedPlain("bob")).isInstanceOf(AccessDeniedException.class);
        });
    }

    @Test
    void nothingIsCheckedAfterToo() {
        as("KEEPER", () -> {
            assertThat(await(vault.nothing())).isNull();
            vault.nothingPlain();
        });
        as("THIEF", () -> {
            assertThatThrownBy(() -> await(vault.nothing())).isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> vault.nothingPlain()).isInstanceOf(AccessDeniedException.class);
        });
    }

    @Test
    void aMethodThatHidesACoroutineIsRefused() {
        as(
                "KEEPER",
                () -> assertThatThrownBy(() -> vault.disguised())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the check would end before the ")
                        .hasMessageContaining("disguised"));
        as("THIEF", () -> assertThatThrownBy(() -> vault.disguised()).isInstanceOf(AccessDeniedException.class));
    }

    @Test
    void aPlainMethodThrowsWhatItThrows() {
        for (Exception failure : List.of(new IOException("disk"), new IllegalStateException()))
            as("KEEPER", () -> assertThatThrownBy(() -> vault.failing(failure)).isSameAs(failure));
    }

    /** With an invocation that goes on where it was, the second would be outside of the transaction. */
    @Test
    void W5_whatIsAwaitedTwiceIsCheckedTwiceAndHasTwoTransactions() {
        as("KEEPER", () -> {
            Coroutine<Void> twice = vault.insertAndFail();
            assertThatThrownBy(() -> await(twice)).hasMessage("disk");
            assertThatThrownBy(() -> await(twice)).hasMessage("disk");
            assertThat(awaitSingle(database.sql("select count(*) from row_of")
                            .map(row -> row.get(0, Long.class))
                            .one()))
                    .isZero();
        });
        Coroutine<String> late = vault.inCoroutine();
        as("THIEF", () -> assertThatThrownBy(() -> await(late)).isInstanceOf(AccessDeniedException.class));
        as("KEEPER", () -> assertThat(await(late)).isEqualTo("ann"));
    }

    @Test
    void W5_eachAwaitIsCheckedAlsoInsideTheTransaction() {
        try (var outside = new AnnotationConfigApplicationContext(WithTheTransactionOutside.class)) {
            Coroutine<Void> late = outside.getBean(Vault.class).insertAndFail();
            for (int i = 0; i < 2; i++) {
                as("KEEPER", () -> assertThatThrownBy(() -> await(late)).hasMessage("disk"));
                as("THIEF", () -> assertThatThrownBy(() -> await(late)).isInstanceOf(AccessDeniedException.class));
            }
        }
    }
}
