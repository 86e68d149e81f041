package dev.weft.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;
import org.openrewrite.config.Environment;
import org.openrewrite.config.YamlResourceLoader;

class MoveToWeftTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new MoveToWeft("*..ItemController *(..)");
    }

    @Test
    void allRecipesGoOverASource() {
        becomes("""
                import io.reactivex.rxjava3.core.Single;
                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;
                import reactor.core.scheduler.Schedulers;

                class ItemController {
                    String sell(Mono<String> mono, Single<String> single, CompletableFuture<String> future) {
                        return mono.block()
                                + single
                                        .map(String::trim)
                                        .blockingGet()
                                + future.join();
                    }

                    Mono<String> twice(Mono<String> mono) {
                        return Mono.fromCallable(() -> mono.block() + mono.block())
                                .subscribeOn(Schedulers.boundedElastic());
                    }
                }
                """, """
                import dev.weft.Async;
                import dev.weft.rxjava.RxAsync;
                import io.reactivex.rxjava3.core.Single;
                import java.util.concurrent.CompletableFuture;
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;
                import static dev.weft.reactor.ReactorAsync.mono;

                class ItemController {
                    String sell(Mono<String> mono, Single<String> single, CompletableFuture<String> future) {
                        return await(mono)
                                + RxAsync.await(single
                                        .map(String::trim))
                                + Async.await(future);
                    }

                    Mono<String> twice(Mono<String> mono) {
                        return mono(() -> await(mono) + await(mono));
                    }
                }
                """);
    }

    @Test
    void theOptionIsReadFromAFileAndReachesEachRecipe() {
        String file = """
                type: specs.openrewrite.org/v1beta/recipe
                name: com.shop.MoveToWeft
                displayName: Move the shop to Weft
                description: Blocking calls in controllers become awaits.
                recipeList:
                  - dev.weft.rewrite.MoveToWeft:
                      virtual: com.shop.web.*Controller *(..)
                """;
        var loader = new YamlResourceLoader(
                new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                URI.create("rewrite.yml"),
                new Properties());

        Recipe read = Environment.builder().load(loader).build().activateRecipes("com.shop.MoveToWeft");

        String virtual = "com.shop.web.*Controller *(..)";
        assertThat(read.getRecipeList()).containsExactly(new MoveToWeft(virtual));
        assertThat(read.getRecipeList().get(0).getRecipeList())
                .contains(
                        new AwaitMonos(virtual),
                        new AwaitSingles(virtual),
                        new AwaitFutures(virtual),
                        new AwaitCallbacks(virtual));
    }
}
