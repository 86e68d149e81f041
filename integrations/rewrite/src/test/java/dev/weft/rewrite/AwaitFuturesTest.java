package dev.weft.rewrite;

import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class AwaitFuturesTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new AwaitFutures(null);
    }

    @Test
    void joinAndGetBecomeAwait() {
        becomes("""
                import dev.weft.Async;
                import java.util.concurrent.CompletableFuture;

                class Shop {
                    String name() throws Exception {
                        return Async.run(() -> {
                            CompletableFuture<String> one = CompletableFuture.supplyAsync(() -> "one");
                            CompletableFuture.runAsync(() -> {}).get();
                            return one.join() + CompletableFuture.supplyAsync(() -> "two").get();
                        });
                    }
                }
                """, """
                import dev.weft.Async;
                import java.util.concurrent.CompletableFuture;

                import static dev.weft.Async.await;

                class Shop {
                    String name() throws Exception {
                        return Async.run(() -> {
                            CompletableFuture<String> one = CompletableFuture.supplyAsync(() -> "one");
                            await(CompletableFuture.runAsync(() -> {}));
                            return await(one) + await(CompletableFuture.supplyAsync(() -> "two"));
                        });
                    }
                }
                """);
    }

    @Test
    void theseAreLeftAlone() {
        staysAlone(shop(
                "future.join()",
                "dev.weft.Async.run(() -> future.get(1, java.util.concurrent.TimeUnit.DAYS))",
                "dev.weft.Async.run(() -> future.getNow(\"other\"))",
                "dev.weft.Async.run(() -> { try { return future.get(); } catch (java.util.concurrent.ExecutionException e) { return null; } })",
                "try { dev.weft.Async.run(() -> future.join()); } catch (java.util.concurrent.CompletionException e) { }",
                "java.util.concurrent.ForkJoinPool.commonPool().submit(() -> future.join())",
                "dev.weft.Async.run(() -> future.thenApply(s -> future.join()).isDone())",
                "dev.weft.Async.run(() -> ((java.util.concurrent.Future<String>) future).get())"));
    }

    private static String shop(String... statements) {
        return methods("""
                import java.util.concurrent.CompletableFuture;
                """, "CompletableFuture<String> future", statements);
    }
}
