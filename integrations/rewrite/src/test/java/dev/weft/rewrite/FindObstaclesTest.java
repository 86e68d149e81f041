package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.Recipe;

class FindObstaclesTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new FindObstacles();
    }

    @Test
    void eachObstacleIsMarkedAndIsARow() {
        rewriteRun(
                spec -> spec.dataTable(
                        Obstacles.Row.class,
                        rows -> assertThat(rows)
                                .extracting(Obstacles.Row::path, Obstacles.Row::code)
                                .containsExactlyInAnyOrder(
                                        org.assertj.core.groups.Tuple.tuple(
                                                "Shop.java", "ThreadLocal.withInitial(() -> \"\")"),
                                        org.assertj.core.groups.Tuple.tuple("Shop.java", "mono.block()"))),
                java("""
                        import reactor.core.publisher.Mono;

                        class Shop {
                            static final ThreadLocal<String> USER = ThreadLocal.withInitial(() -> "");

                            Mono<String> name(Mono<String> mono) {
                                return mono.map(name -> name + mono.block());
                            }
                        }
                        """, """
                        import reactor.core.publisher.Mono;

                        class Shop {
                            static final ThreadLocal<String> USER = /*~~(a thread-local: give it a ThreadLocalAccessor, or use a context)~~>*/ThreadLocal.withInitial(() -> "");

                            Mono<String> name(Mono<String> mono) {
                                return mono.map(name -> name + /*~~(blocks inside an operator: make it a body, which may wait)~~>*/mono.block());
                            }
                        }
                        """));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mono.flatMap(n -> Mono.just(#mono.block()))|blocks",
                "mono.doOnNext(n -> { for (int i = 0; i < n; i++) #other.blockingGet(); })|blocks",
                "other.map(n -> java.util.List.of(n).stream().map(m -> #other.blockingGet()).toList())|blocks",
                "other.map(n -> #future.get(1, java.util.concurrent.TimeUnit.DAYS))|blocks",
                "mono.thenReturn(mono).map(#Mono::block)|blocks",
                "#new ThreadLocal<String>()|local",
                "#new InheritableThreadLocal<String>()|local",
                "#synchronized (this) { dev.weft.reactor.ReactorAsync.await(mono); }|waits",
                "#synchronized (this) { if (mono != null) future.join(); }|waits",
            })
    void itIsFound(String statement, String obstacle) {
        rewriteRun(java(
                shop(statement.replace("#", "")),
                spec -> spec.after(actual -> {
                    int code = statement.indexOf('#');
                    String after = statement.substring(code + 1);
                    assertThat(actual)
                            .containsPattern(
                                    "/\\*~~\\(.*" + obstacle + ".*\\)~~>\\*/" + java.util.regex.Pattern.quote(after));
                    return actual;
                })));
    }

    @Test
    void theseAreNoObstacles() {
        staysAlone(shop(
                "mono.block()",
                "Mono.fromCallable(() -> mono.block())",
                "mono.flatMap(n -> dev.weft.reactor.ReactorAsync.mono(() -> mono.block()))",
                "mono.flatMap(n -> Mono.fromCallable(() -> mono.block()))",
                "java.util.List.of(1).forEach(n -> mono.block())",
                "synchronized (this) { System.out.println(mono); }",
                "synchronized (this) { Runnable later = () -> mono.block(); }",
                "synchronized (this) { new Object() { void later() { mono.block(); } }; }"));
    }

    private static String shop(String... statements) {
        return methods(
                """
                import io.reactivex.rxjava3.core.Single;
                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;
                """,
                "Mono<Integer> mono, Single<Integer> other, CompletableFuture<Integer> future",
                statements);
    }
}
