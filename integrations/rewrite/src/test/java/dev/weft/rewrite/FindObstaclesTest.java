package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.openrewrite.java.Assertions.java;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
                                        tuple("Shop.java", "ThreadLocal.withInitial(() -> \"\")"),
                                        tuple("Shop.java", "mono.block()"),
                                        tuple("Shop.java", "synchronized String locked(Mono<String> mono) {"))),
                java("""
                        import reactor.core.publisher.Mono;

                        class Shop {
                            static final ThreadLocal<String> USER = ThreadLocal.withInitial(() -> "");

                            Mono<String> name(Mono<String> mono) {
                                return mono.map(name -> name + mono.block());
                            }

                            synchronized String locked(Mono<String> mono) {
                                return mono.block();
                            }
                        }
                        """, """
                        import reactor.core.publisher.Mono;

                        class Shop {
                            static final ThreadLocal<String> USER = /*~~(a thread-local: give it a ThreadLocalAccessor, or use a context)~~>*/ThreadLocal.withInitial(() -> "");

                            Mono<String> name(Mono<String> mono) {
                                return mono.map(name -> name + /*~~(blocks inside an operator: make it a body, which may wait)~~>*/mono.block());
                            }

                            /*~~(waits inside synchronized, which pins before JDK 24: use a ReentrantLock)~~>*/synchronized String locked(Mono<String> mono) {
                                return mono.block();
                            }
                        }
                        """));
    }

    @Test
    void theseAreFound() {
        String[] statements = {
            "mono.flatMap(n -> Mono.just(BLOCKS mono.block()))",
            "mono.doOnNext(n -> { for (int i = 0; i < n; i++) BLOCKS other.blockingGet(); })",
            "other.map(n -> java.util.List.of(n).stream().map(m -> BLOCKS other.blockingGet()).toList())",
            "other.map(n -> BLOCKS future.get(1, java.util.concurrent.TimeUnit.DAYS))",
            "mono.thenReturn(mono).map(BLOCKS Mono::block)",
            "Object local = LOCAL new ThreadLocal<String>()",
            "Object local = LOCAL new InheritableThreadLocal<String>()",
            "WAITS synchronized (this) { dev.weft.reactor.ReactorAsync.await(mono); }",
            "WAITS synchronized (this) { if (mono != null) future.join(); }",
        };
        becomes(
                shop(with("", "", "", statements)),
                shop(with(
                        "/*~~(blocks inside an operator: make it a body, which may wait)~~>*/",
                        "/*~~(a thread-local: give it a ThreadLocalAccessor, or use a context)~~>*/",
                        "/*~~(waits inside synchronized, which pins before JDK 24: use a ReentrantLock)~~>*/",
                        statements)));
    }

    private static String[] with(String blocks, String local, String waits, String... statements) {
        return Stream.of(statements)
                .map(statement -> statement
                        .replace("BLOCKS ", blocks)
                        .replace("LOCAL ", local)
                        .replace("WAITS ", waits))
                .toArray(String[]::new);
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
        return methods("""
                import io.reactivex.rxjava3.core.Single;
                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;
                """, "Mono<Integer> mono, Single<Integer> other, CompletableFuture<Integer> future", statements);
    }
}
