package dev.weft.rewrite;

import static org.openrewrite.java.Assertions.java;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class AwaitMonosTest extends RecipeTest {
    private static final String IMPORT = "\nimport static dev.weft.reactor.ReactorAsync.await;\n";

    @Override
    Recipe recipe() {
        return new AwaitMonos("com.shop.*Controller *(..)");
    }

    @Test
    void blockInACoroutineBecomesAwait() {
        becomes("""
                import dev.weft.Async;
                import reactor.core.publisher.Mono;

                class Shop {
                    String name(Mono<String> mono) {
                        return Async.run(() -> {
                            String name = mono.map(String::trim).block();
                            return name + mono.block().length();
                        });
                    }
                }
                """, """
                import dev.weft.Async;
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;

                class Shop {
                    String name(Mono<String> mono) {
                        return Async.run(() -> {
                            String name = await(mono.map(String::trim));
                            return name + await(mono).length();
                        });
                    }
                }
                """);
    }

    @Test
    void aSingleThatIsBlockedOnBecomesAwaitSingle() {
        becomes("""
                import dev.weft.reactor.ReactorAsync;
                import java.util.Optional;
                import reactor.core.publisher.Mono;

                class Shop {
                    Mono<String> name(Mono<String> mono) {
                        return ReactorAsync.mono(() -> {
                            Optional<String> maybe = mono.blockOptional();
                            return maybe.orElse("") + mono.single().block();
                        });
                    }
                }
                """, """
                import dev.weft.reactor.ReactorAsync;
                import java.util.Optional;
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.awaitOptional;
                import static dev.weft.reactor.ReactorAsync.awaitSingle;

                class Shop {
                    Mono<String> name(Mono<String> mono) {
                        return ReactorAsync.mono(() -> {
                            Optional<String> maybe = awaitOptional(mono);
                            return maybe.orElse("") + awaitSingle(mono);
                        });
                    }
                }
                """);
    }

    @Test
    void theCodeAroundTheseStartsAVirtualThread() {
        String[] statements = {
            "Thread.startVirtualThread(() -> System.out.println(#))",
            "Thread.ofVirtual().name(\"x\").start(() -> System.out.println(#))",
            "Thread.ofVirtual().unstarted(() -> System.out.println(#))",
            "java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor().submit(() -> #)",
            "try (var all = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) { all.submit(() -> #); }",
            "int n = dev.weft.Async.run(() -> { synchronized (this) { } return #; })",
            "dev.weft.Async.run(() -> { try { return 0; } catch (RuntimeException e) { return #; } finally { } })",
            "try { dev.weft.Async.run(() -> #); } finally { System.out.println(); }",
        };
        becomes(shop("", with("mono.block()", statements)), shop(IMPORT, with("await(mono)", statements)));
    }

    private static String[] with(String call, String... statements) {
        return Stream.of(statements)
                .map(statement -> statement.replace("#", call))
                .toArray(String[]::new);
    }

    @Test
    void parenthesesAroundTheSourceAreRemoved() {
        becomes(
                shop("", "dev.weft.Async.run(() -> (mono.hide()).block())"),
                shop(IMPORT, "dev.weft.Async.run(() -> await(mono.hide()))"));
    }

    @Test
    void theseAreLeftAlone() {
        staysAlone(shop(
                "",
                "mono.block()",
                "new Thread(() -> mono.block()).start()",
                "Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> mono.block())",
                "Thread.ofPlatform().start(() -> mono.block())",
                "java.util.concurrent.Executors.newCachedThreadPool().submit(() -> mono.block())",
                "var all = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor(); all.submit(() -> mono.block())",
                "dev.weft.Async.run(() -> mono.block(java.time.Duration.ofSeconds(1)))",
                "dev.weft.Async.run(() -> java.util.List.of(1).stream().map(n -> mono.block()).toList())",
                "dev.weft.Async.run(() -> { synchronized (this) { return mono.block(); } })",
                "synchronized (this) { dev.weft.Async.run(() -> mono.block()); }",
                "dev.weft.Async.run(() -> { try { return mono.block(); } catch (RuntimeException e) { return 0; } })",
                "try { dev.weft.Async.run(() -> mono.block()); } catch (IllegalStateException e) { }",
                "dev.weft.Async.run(() -> mono/* why */.block())",
                "dev.weft.Async.run(() -> mono.block(/* why */))",
                "dev.weft.Async.run(() -> Mono.just(reactor.core.publisher.Flux.just(1)).block())",
                "dev.weft.Async.run(() -> ((Mono) mono).block())",
                "java.util.function.Function<Mono<Integer>, Integer> f = Mono::block"));
    }

    private static String shop(String imports, String... statements) {
        return methods("import reactor.core.publisher.Mono;\n" + imports, "Mono<Integer> mono", statements);
    }

    @Test
    void methodsThatAreSaidToRunOnVirtualThreadsAreChanged() {
        becomes("""
                package com.shop;

                import reactor.core.publisher.Mono;

                class ItemController {
                    String name(Mono<String> mono) {
                        return mono.block();
                    }
                }
                """, """
                package com.shop;

                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;

                class ItemController {
                    String name(Mono<String> mono) {
                        return await(mono);
                    }
                }
                """);
    }

    @Test
    void methodsThatAreNotSaidToRunOnVirtualThreadsAreLeftAlone() {
        staysAlone("""
                package com.shop;

                import java.util.function.Supplier;
                import reactor.core.publisher.Mono;

                class ItemController {
                    Supplier<String> later(Mono<String> mono) {
                        return () -> mono.block();
                    }

                    synchronized String locked(Mono<String> mono) {
                        return mono.block();
                    }
                }

                class Other {
                    String name(Mono<String> mono) {
                        return mono.block();
                    }
                }
                """);
    }

    @Test
    void aMethodThatWouldHideTheImportIsNotCalled() {
        becomes("""
                import dev.weft.Async;
                import java.util.concurrent.CountDownLatch;
                import reactor.core.publisher.Mono;

                class Shop extends CountDownLatch {
                    Shop() {
                        super(1);
                    }

                    void sell(Mono<String> mono) {
                        Async.run(() -> System.out.println(mono.block()));
                    }
                }
                """, """
                import dev.weft.Async;
                import dev.weft.reactor.ReactorAsync;

                import java.util.concurrent.CountDownLatch;
                import reactor.core.publisher.Mono;

                class Shop extends CountDownLatch {
                    Shop() {
                        super(1);
                    }

                    void sell(Mono<String> mono) {
                        Async.run(() -> System.out.println(ReactorAsync.await(mono)));
                    }
                }
                """);
    }

    @Test
    void whereAnotherWordOfThatNameIsImportedTheClassIsNamed() {
        becomes("""
                import static dev.weft.Async.await;
                import static dev.weft.Async.run;

                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;

                class Shop {
                    String name(Mono<String> mono, CompletableFuture<String> future) {
                        return run(() -> await(future) + mono.block());
                    }
                }
                """, """
                import static dev.weft.Async.await;
                import static dev.weft.Async.run;

                import java.util.concurrent.CompletableFuture;

                import dev.weft.reactor.ReactorAsync;
                import reactor.core.publisher.Mono;

                class Shop {
                    String name(Mono<String> mono, CompletableFuture<String> future) {
                        return run(() -> await(future) + ReactorAsync.await(mono));
                    }
                }
                """);
    }

    @Test
    void whereTheWordIsImportedAlreadyItIsUsed() {
        becomes("""
                import static dev.weft.Async.await;
                import static dev.weft.Async.run;
                import static dev.weft.reactor.ReactorAsync.await;

                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;

                class Shop {
                    String name(Mono<String> mono, CompletableFuture<String> future) {
                        return run(() -> await(future) + await(mono) + mono.block());
                    }
                }
                """, """
                import static dev.weft.Async.await;
                import static dev.weft.Async.run;
                import static dev.weft.reactor.ReactorAsync.await;

                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;

                class Shop {
                    String name(Mono<String> mono, CompletableFuture<String> future) {
                        return run(() -> await(future) + await(mono) + await(mono));
                    }
                }
                """);
    }

    @Test
    void theTypeNeedNotBeImported() {
        rewriteRun(unchanged("""
                        package com.shop;

                        import reactor.core.publisher.Mono;

                        public class Stock {
                            public Mono<String> name(long id) {
                                return Mono.just("item " + id);
                            }
                        }
                        """), java("""
                        package com.shop;

                        class ItemController {
                            String name(Stock stock) {
                                return stock.name(1).block();
                            }
                        }
                        """, """
                        package com.shop;

                        import static dev.weft.reactor.ReactorAsync.await;

                        class ItemController {
                            String name(Stock stock) {
                                return await(stock.name(1));
                            }
                        }
                        """));
    }
}
