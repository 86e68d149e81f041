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

    @Test
    void aVariableThatGetsAnotherValueIsReadAtOnce() {
        becomes(reactor("""
                    Mono<String> sell(Mono<Long> id) {
                        id = id.filter(n -> n > 0);
                        return id.flatMap(n -> find(n));
                    }
                """), flat("""
                    Mono<String> sell(Mono<Long> id) {
                        id = id.filter(n -> n > 0);
                        var source = id;
                        return mono(() -> {
                            var n = await(source);
                            if (n == null) return null;
                            return await(find(n));
                        });
                    }
                """));
    }

    @Test
    void aChainInsideAFunctionIsFlattenedWithIt() {
        becomes(reactor("""
                    Mono<String> sell(long id) {
                        return find(id).flatMap(item -> pay(item).map(receipt -> item + receipt));
                    }
                """), flat("""
                    Mono<String> sell(long id) {
                        var source = find(id);
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            var receipt = await(pay(item));
                            if (receipt == null) return null;
                            return item + receipt;
                        });
                    }
                """));
    }

    @Test
    void aFunctionThatMayReturnNullStaysAnOperator() {
        becomes(reactor("""
                    Mono<String> sell(long id) {
                        return find(id).flatMap(item -> pay(item)).map(receipt -> name(receipt));
                    }

                    Mono<String> sellAgain(long id) {
                        return find(id).map(this::name).flatMap(item -> pay(item).map(this::name)).map(this::name);
                    }

                    String name(String of) {
                        return System.getProperty(of);
                    }
                """), flat("""
                    Mono<String> sell(long id) {
                        var source = find(id);
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            return await(pay(item).map(receipt -> name(receipt)));
                        });
                    }

                    Mono<String> sellAgain(long id) {
                        return find(id).map(this::name).flatMap(item -> pay(item).map(this::name)).map(this::name);
                    }

                    String name(String of) {
                        return System.getProperty(of);
                    }
                """));
    }

    @Test
    void theStatementsOfAFunctionAreThoseOfTheBody() {
        becomes(reactor("""
                    Mono<Integer> sell(long id) {
                        // the shop's own
                        return find(id).flatMap(item -> {
                            String name = item.trim();
                            // an empty name is free
                            if (name.isEmpty()) {
                                throw new IllegalStateException();
                            }

                            return name.length() > 1 ? Mono.just(name) : pay(name);
                        }).map(receipt -> receipt.length());
                    }
                """), flat("""
                    Mono<Integer> sell(long id) {
                        // the shop's own
                        var source = find(id);
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            String name = item.trim();
                            // an empty name is free
                            if (name.isEmpty()) {
                                throw new IllegalStateException();
                            }
                            var receipt = await(name.length() > 1 ? Mono.just(name) : pay(name));
                            if (receipt == null) return null;
                            return receipt.length();
                        });
                    }
                """));
    }

    @Test
    void whereACoroutineAwaitsAChainItsStepsStandThere() {
        becomes(reactor("""
                    String sell(long id) {
                        return dev.weft.reactor.ReactorAsync.await(find(id).flatMap(item -> pay(item)));
                    }

                    String sellTwice(long id) {
                        return dev.weft.Async.run(() -> {
                            sell(id);
                            return dev.weft.reactor.ReactorAsync.await(find(id).flatMap(item -> pay(item)));
                        });
                    }

                    String sellOnce(long id) {
                        return dev.weft.Async.run(() ->
                                dev.weft.reactor.ReactorAsync.await(find(id).map(n -> n + 1).flatMap(item -> pay(item))));
                    }
                """), awaiting("""
                    String sell(long id) {
                        var item = await(find(id));
                        if (item == null) return null;
                        return await(pay(item));
                    }

                    String sellTwice(long id) {
                        return dev.weft.Async.run(() -> {
                            sell(id);
                            var item = await(find(id));
                            if (item == null) return null;
                            return await(pay(item));
                        });
                    }

                    String sellOnce(long id) {
                        return dev.weft.Async.run(() -> {
                            var n = await(find(id));
                            if (n == null) return null;
                            var item = n + 1;
                            return await(pay(item));
                        });
                    }
                """));
    }

    @Test
    void aSingleHasAValueAndAMaybePerhaps() {
        becomes(rx("""
                    Single<String> sell(Single<Long> id) {
                        return id.flatMap(n -> find(n)).map(item -> item.trim());
                    }

                    Maybe<String> ask(Maybe<Long> id) {
                        return id.flatMap(n -> look(n)).flatMap(item -> look(item.length()));
                    }

                    String get(Single<Long> id) {
                        return dev.weft.Async.run(() -> dev.weft.rxjava.RxAsync.await(id.flatMap(n -> find(n))));
                    }
                """), shop("""
                import io.reactivex.rxjava3.core.Maybe;
                import io.reactivex.rxjava3.core.Single;

                import static dev.weft.rxjava.RxAsync.*;

                """, """
                    Single<String> sell(Single<Long> id) {
                        return single(() -> {
                            var n = await(id);
                            var item = await(find(n));
                            return item.trim();
                        });
                    }

                    Maybe<String> ask(Maybe<Long> id) {
                        return maybe(() -> {
                            var n = await(id);
                            if (n == null) return null;
                            var item = await(look(n));
                            if (item == null) return null;
                            return await(look(item.length()));
                        });
                    }

                    String get(Single<Long> id) {
                        return dev.weft.Async.run(() -> {
                            var n = await(id);
                            return await(find(n));
                        });
                    }
                """, RXJAVA));
    }

    @Test
    void anOperatorInsideAFunctionStaysThere() {
        becomes(reactor("""
                    Mono<String> sell(long id, java.util.function.Function<String, String> mapper) {
                        return find(id).flatMap(item -> pay(item).map(mapper));
                    }
                """), flat("""
                    Mono<String> sell(long id, java.util.function.Function<String, String> mapper) {
                        var source = find(id);
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            return await(pay(item).map(mapper));
                        });
                    }
                """));
    }

    @Test
    void oneOperatorBetweenBelongsToTheSource() {
        becomes(reactor("""
                    Mono<String> sell(long id) {
                        return find(id).flatMap(n -> pay(n)).filter(n -> n.isEmpty()).flatMap(item -> pay(item));
                    }
                """), flat("""
                    Mono<String> sell(long id) {
                        var source = find(id).flatMap(n -> pay(n)).filter(n -> n.isEmpty());
                        return mono(() -> {
                            var item = await(source);
                            if (item == null) return null;
                            return await(pay(item));
                        });
                    }
                """));
    }

    @Test
    void theseChainsOfReactorAreLeftAlone() {
        staysAlone(chains(
                "id.map(n -> n + 1)",
                "id.map(n -> n + 1).flatMap(a -> find(a)).flatMap(b -> pay(b)).flatMap(c -> pay(c))",
                "id.flatMap(n -> find(n).flatMap(a -> pay(a)).flatMap(b -> pay(b)).flatMap(c -> pay(c)))",
                "id.flatMap(n -> find(n)).filter(item -> item.isEmpty())",
                "id.flatMap(n -> find(n)).defaultIfEmpty(text)",
                "id.flatMap(n -> find(n)).flatMapMany(item -> pay(item))",
                "id.flatMap(n -> find(n)).onErrorComplete()",
                "id.<String>flatMap(n -> find(n))",
                "id.flatMap(this::find)",
                "id.flatMap(function)",
                "id.flatMap(n -> find(n)).flatMap(object.hashCode() > 0 ? this::pay : this::pay)",
                "id.flatMap(n -> find(n)).flatMap(new Shop()::pay)",
                "id.flatMap((Long n) -> find(n))",
                "id.flatMap(n -> find(n)).flatMap(n -> pay(n))",
                "id.flatMap(n -> { Thread.currentThread(); return find(n); })",
                "id.flatMap(n -> { synchronized (this) { return find(n); } })",
                "id.flatMap(n -> { local.set(text); return find(n); })",
                "id.flatMap(n -> { if (n > 1) return find(n); return pay(text); })",
                "id.flatMap(n -> { class Local {} return find(n); })",
                "id.flatMap(n -> { if (!(object instanceof String name)) return pay(text); return pay(name); })",
                "id.flatMap(n -> { if (!(object instanceof String name)) throw new IllegalStateException(); return pay(name); })",
                "id.flatMap(n -> { if (n > 1) throw reactor.core.Exceptions.propagate(new Exception()); return find(n); })",
                "id.flatMap(n -> { try { Thread.sleep(1); } catch (InterruptedException e) { } return find(n); })",
                "id.flatMap(n -> n > 0 ? Mono.just(1) : Mono.just(text)).map(either -> either + text)",
                "id.flatMap(n -> (Mono<String>) find(n))",
                "id.flatMap(n -> switch (text) { default -> find(n); })",
                "wild.flatMap(n -> find(n.longValue()))",
                "parts.flatMap(part -> part.next())",
                "((Mono<Long>) raw).flatMap(n -> find(n))",
                "id/* why */.flatMap(n -> find(n))",
                "id.flatMap(/* why */ n -> find(n))",
                "id.flatMap(n /* why */ -> find(n))",
                "id.flatMap(n -> /* why */ { return find(n); })",
                "id.flatMap(n -> { return find(n); /* why */ })",
                "find(1).flatMap(source -> pay(source))"));
    }

    @Test
    void chainsInTheseReactorPlacesAreLeftAlone() {
        staysAlone(reactor("""
                    org.reactivestreams.Publisher<String> other(Mono<Long> id) {
                        return id.flatMap(n -> find(n));
                    }

                    Mono<? extends String> wild(Mono<Long> id) {
                        return id.flatMap(n -> find(n));
                    }

                    java.util.function.Supplier<Mono<String>> later(Mono<Long> id) {
                        return () -> id.flatMap(n -> find(n));
                    }

                    java.util.function.Supplier<Mono<String>> inABlock(Mono<Long> id) {
                        return () -> {
                            return id.flatMap(n -> find(n));
                        };
                    }

                    void variable(Mono<Long> id) {
                        Mono<String> found = id.flatMap(n -> find(n));
                        String awaited = dev.weft.reactor.ReactorAsync.await(id.flatMap(n -> find(n)));
                    }

                    int primitive(Mono<Long> id) {
                        return dev.weft.reactor.ReactorAsync.await(id.flatMap(n -> find(n).map(item -> item.length())));
                    }

                    java.util.function.LongSupplier primitiveLater(Mono<Long> id) {
                        return () -> dev.weft.reactor.ReactorAsync.await(id.flatMap(n -> Mono.just(n)));
                    }

                    String single(Mono<Long> id) {
                        return dev.weft.reactor.ReactorAsync.awaitSingle(id.flatMap(n -> find(n)));
                    }

                    Mono<String> one(Mono<Long> id, int which) {
                        if (which == 0) return id.flatMap(n -> find(n));
                        switch (which) {
                            case 1:
                                return id.flatMap(n -> find(n));
                            default:
                                return null;
                        }
                    }

                    Mono<String> taken(Mono<Long> source) {
                        return source.hide().flatMap(n -> find(n));
                    }

                    Mono<String> field = find(1).flatMap(n -> pay(n));
                """));
    }

    @Test
    void theseChainsOfRxJavaAreLeftAlone() {
        staysAlone(rx("""
                    Single<String> checked(Single<Long> id) {
                        return id.flatMap(n -> read(n));
                    }

                    Single<String> thrown(Single<Long> id) {
                        return id.flatMap(n -> {
                            if (n > 1) throw new java.io.IOException();
                            return find(n);
                        });
                    }

                    Maybe<String> other(Single<Long> id) {
                        return id.flatMapMaybe(n -> look(n));
                    }

                    Single<String> source(Single<Long> id, io.reactivex.rxjava3.core.SingleSource<String> foreign) {
                        return id.flatMap(n -> foreign);
                    }

                    Single<String> read(long id) throws java.io.IOException {
                        return find(id);
                    }
                """));
    }

    /** A class with a method that returns each chain. */
    private static String chains(String... chains) {
        var methods = new StringBuilder();
        for (int i = 0; i < chains.length; i++) methods.append("""
                    %s sell%d(Mono<Long> id, String text, Object object, ThreadLocal<String> local,
                            Mono<? extends Number> wild, Mono<Flux<String>> parts, Mono raw,
                            Function<Long, Mono<String>> function) {
                        return %s;
                    }
                """.formatted(type(chains[i]), i, chains[i]));
        return "import java.util.function.Function;\nimport reactor.core.publisher.Flux;\n"
                + reactor(methods.toString());
    }

    private static String type(String chain) {
        if (chain.contains("flatMapMany")) return "Flux<String>";
        return chain.contains("flatMap") ? "Mono<String>" : "Mono<Long>";
    }

    private static String reactor(String methods) {
        return shop("import reactor.core.publisher.Mono;\n\n", methods, REACTOR);
    }

    private static String flat(String methods) {
        return shop("""
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;
                import static dev.weft.reactor.ReactorAsync.mono;

                """, methods, REACTOR);
    }

    private static String awaiting(String methods) {
        return shop("""
                import reactor.core.publisher.Mono;

                import static dev.weft.reactor.ReactorAsync.await;

                """, methods, REACTOR);
    }

    private static String rx(String methods) {
        return shop("""
                import io.reactivex.rxjava3.core.Maybe;
                import io.reactivex.rxjava3.core.Single;

                """, methods, RXJAVA);
    }

    private static final String REACTOR = """

                Mono<String> find(long id) {
                    return Mono.just("item " + id);
                }

                Mono<String> pay(String item) {
                    return Mono.just("paid " + item);
                }
            }
            """;

    private static final String RXJAVA = """

                Single<String> find(long id) {
                    return Single.just("item " + id);
                }

                Maybe<String> look(long id) {
                    return Maybe.just("item " + id);
                }
            }
            """;

    private static String shop(String imports, String methods, String rest) {
        return imports + "class Shop {\n" + methods + rest;
    }
}
