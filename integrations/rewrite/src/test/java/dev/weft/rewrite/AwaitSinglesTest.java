package dev.weft.rewrite;

import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class AwaitSinglesTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new AwaitSingles(null);
    }

    @Test
    void blockingCallsBecomeAwaits() {
        becomes("""
                import dev.weft.Async;
                import io.reactivex.rxjava3.core.Completable;
                import io.reactivex.rxjava3.core.Maybe;
                import io.reactivex.rxjava3.core.Single;

                class Shop {
                    String sell(Single<String> single, Maybe<String> maybe, Completable completable) {
                        return Async.run(() -> {
                            completable.blockingAwait();
                            return single.blockingGet() + maybe.blockingGet();
                        });
                    }
                }
                """, """
                import dev.weft.Async;
                import io.reactivex.rxjava3.core.Completable;
                import io.reactivex.rxjava3.core.Maybe;
                import io.reactivex.rxjava3.core.Single;

                import static dev.weft.rxjava.RxAsync.await;

                class Shop {
                    String sell(Single<String> single, Maybe<String> maybe, Completable completable) {
                        return Async.run(() -> {
                            await(completable);
                            return await(single) + await(maybe);
                        });
                    }
                }
                """);
    }

    @Test
    void theseAreLeftAlone() {
        staysAlone(shop(
                "single.blockingGet()",
                "new Thread(() -> single.blockingGet()).start()",
                "dev.weft.Async.run(() -> single.toMaybe().blockingGet(\"other\"))",
                "dev.weft.Async.run(() -> { try { return single.blockingGet(); } catch (Exception e) { return null; } })",
                "dev.weft.Async.run(() -> single.toObservable().blockingFirst())",
                "dev.weft.Async.run(() -> single.toFlowable().blockingSingle())",
                "dev.weft.Async.run(() -> single.ignoreElement().blockingAwait(1, java.util.concurrent.TimeUnit.DAYS))",
                "dev.weft.Async.run(() -> single.map(s -> io.reactivex.rxjava3.core.Observable.just(s)).blockingGet())",
                "dev.weft.Async.run(() -> { synchronized (this) { return single.blockingGet(); } })"));
    }

    private static String shop(String... statements) {
        return methods("""
                import io.reactivex.rxjava3.core.Single;
                """, "Single<String> single", statements);
    }
}
