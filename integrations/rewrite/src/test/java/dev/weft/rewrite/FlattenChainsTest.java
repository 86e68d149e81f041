package dev.weft.rewrite;

import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class FlattenChainsTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new FlattenChains();
    }

    @Test
    void aChainThatAMethodReturnsBecomesABody() {
        becomes(reactor("""
                    Mono<String> sell(long id) {
                        return find(id)
                                .flatMap(item -> pay(item))
                                .map(receipt -> "sold: " + receipt);
                    }
                """), flat("""
                    Mono<String> sell(long id) {
                        var source = find(id);
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            var receipt = await(pay(item));
                            if (receipt == null) return null;
                            return "sold: " + receipt;
                        });
                    }
                """));
    }

    @Test
    void aSourceThatHasANameKeepsIt() {
        becomes(reactor("""
                    Mono<String> sell(Mono<Long> id) {
                        return id.flatMap(n -> find(n)).flatMap(item -> pay(item));
                    }
                """), flat("""
                    Mono<String> sell(Mono<Long> id) {
                        return mono(() -> {
                            var n = await(id);
                            if (n == null) return null;
                            var item = await(find(n));
                            if (item == null) return null;
                            return await(pay(item));
                        });
                    }
                """));
    }

    private static String reactor(String methods) {
        return shop("import reactor.core.publisher.Mono;\n\n", methods);
    }

    private static String flat(String methods) {
        return shop("""
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;
                import static dev.weft.reactor.ReactorAsync.mono;

                """, methods);
    }

    private static String shop(String imports, String methods) {
        return imports + "class Shop {\n" + methods + """

                    Mono<String> find(long id) {
                        return Mono.just("item " + id);
                    }

                    Mono<String> pay(String item) {
                        return Mono.just("paid " + item);
                    }
                }
                """;
    }
}
