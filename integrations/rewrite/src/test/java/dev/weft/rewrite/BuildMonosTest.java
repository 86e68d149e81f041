package dev.weft.rewrite;

import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class BuildMonosTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new BuildMonos();
    }

    @Test
    void aCallableOnBoundedElasticBecomesABody() {
        becomes("""
                import reactor.core.publisher.Mono;
                import reactor.core.scheduler.Schedulers;

                class Shop {
                    Mono<String> name(long id) {
                        return Mono.fromCallable(() -> load(id))
                                .subscribeOn(Schedulers.boundedElastic());
                    }

                    Mono<Integer> length(long id) {
                        return Mono.fromCallable(() -> {
                            String name = load(id);
                            return name.length();
                        }).subscribeOn(Schedulers.boundedElastic()).map(n -> n + 1);
                    }

                    String load(long id) {
                        return "name " + id;
                    }
                }
                """, """
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.mono;

                class Shop {
                    Mono<String> name(long id) {
                        return mono(() -> load(id));
                    }

                    Mono<Integer> length(long id) {
                        return mono(() -> {
                            String name = load(id);
                            return name.length();
                        }).map(n -> n + 1);
                    }

                    String load(long id) {
                        return "name " + id;
                    }
                }
                """);
    }

    @Test
    void aReferenceToAMethodIsABodyToo() {
        becomes("""
                import java.util.concurrent.Callable;
                import reactor.core.publisher.Mono;
                import reactor.core.scheduler.Schedulers;

                class Shop {
                    Mono<String> mono(Callable<String> body) {
                        return Mono.fromCallable(body).subscribeOn(Schedulers.boundedElastic());
                    }

                    Mono<String> name() {
                        return Mono.fromCallable(this::load).subscribeOn(Schedulers.boundedElastic());
                    }

                    String load() {
                        return "name";
                    }
                }
                """, """
                import java.util.concurrent.Callable;

                import dev.weft.reactor.ReactorAsync;
                import reactor.core.publisher.Mono;

                class Shop {
                    Mono<String> mono(Callable<String> body) {
                        return ReactorAsync.mono(body);
                    }

                    Mono<String> name() {
                        return ReactorAsync.mono(this::load);
                    }

                    String load() {
                        return "name";
                    }
                }
                """);
    }

    @Test
    void theseAreLeftAlone() {
        staysAlone(shop(
                "Mono.fromCallable(() -> name).subscribeOn(Schedulers.parallel())",
                "Mono.fromCallable(() -> name).subscribeOn(Schedulers.newBoundedElastic(1, 1, name))",
                "Mono.fromCallable(() -> name).publishOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(() -> name).map(String::trim).subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromSupplier(() -> name).subscribeOn(Schedulers.boundedElastic())",
                "Mono.<Object>fromCallable(() -> name).subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(() -> Thread.currentThread().getName()).subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(() -> { synchronized (this) { return name; } }).subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(() -> local.get()).subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(() -> name) // why\n.subscribeOn(Schedulers.boundedElastic())",
                "Mono.fromCallable(/* why */ () -> name).subscribeOn(Schedulers.boundedElastic())"));
    }

    private static String shop(String... statements) {
        return methods("""
                import reactor.core.publisher.Mono;
                import reactor.core.scheduler.Schedulers;
                """, "String name, ThreadLocal<String> local", statements);
    }
}
