package dev.weft.spring;

import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.Test;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** A context that is compiled ahead of time has what it has otherwise. */
class AotTest {
    @Configuration(proxyBeanMethods = false)
    @EnableReactiveMethodSecurity
    @EnableTransactionManagement(proxyTargetClass = true)
    @EnableWeft
    @Import(Rows.class)
    public static class App {
        @Bean
        public ConnectionFactory connections() {
            return ConnectionFactories.get("r2dbc:h2:mem:///aot;DB_CLOSE_DELAY=-1");
        }

        @Bean
        public ReactiveTransactionManager manager(ConnectionFactory connections) {
            return new R2dbcTransactionManager(connections);
        }

        @Bean
        public DatabaseClient database(ConnectionFactory connections) {
            return DatabaseClient.create(connections);
        }

        @Bean
        public ReactiveAdapterRegistry registry() {
            return new ReactiveAdapterRegistry();
        }
    }

    public static class Rows {
        private final DatabaseClient database;

        public Rows(DatabaseClient database) {
            this.database = database;
        }

        @Transactional
        public void insert() {
            awaitDone(database.sql("insert into row_of values (1)").then());
            throw new IllegalStateException("no");
        }

        @PreAuthorize("hasRole('KEEPER')")
        public Coroutine<String> guarded() {
            throw new AssertionError("called");
        }

        public long count() {
            return awaitSingle(database.sql("select count(*) from row_of")
                    .map(row -> row.get(0, Long.class))
                    .one());
        }
    }

    @Test
    @CompileWithForkedClassLoader
    void transactionsSecurityAndRegistriesAreThere() {
        var context = new GenericApplicationContext();
        new AnnotatedBeanDefinitionReader(context).register(App.class);
        var generated = new TestGenerationContext();
        var initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
        generated.writeGeneratedContent();
        TestCompiler.forSystem().with(generated).compile(compiled -> {
            var fresh = new GenericApplicationContext();
            initializer(compiled.getInstance(ApplicationContextInitializer.class, initializer.toString()))
                    .initialize(fresh);
            fresh.refresh();
            check(fresh);
            fresh.close();
        });
    }

    @SuppressWarnings("unchecked") // the generated class is one for this context
    private static ApplicationContextInitializer<GenericApplicationContext> initializer(
            ApplicationContextInitializer<?> generated) {
        return (ApplicationContextInitializer<GenericApplicationContext>) generated;
    }

    private static void check(GenericApplicationContext context) {
        context.getBean(DatabaseClient.class)
                .sql("create table if not exists row_of(id int)")
                .then()
                .block();
        Rows rows = context.getBean(Rows.class);
        assertThatThrownBy(rows::insert).hasMessage("no");
        assertThat(rows.count()).isZero();
        assertThatThrownBy(() -> rows.guarded().await()).isInstanceOf(AccessDeniedException.class);
        assertThat(ReactiveTypes.knows(context.getBean(ReactiveAdapterRegistry.class), AsyncStream.class))
                .isTrue();
        assertThat(context.getBean(ReturnTypeGuard.class)).isNotNull();
    }
}
