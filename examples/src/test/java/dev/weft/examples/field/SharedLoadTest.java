package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weft.CancelledException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Caffeine's asynchronous cache: several wait for one load, and the first of them leaves. */
class SharedLoadTest extends FieldTest {
    private final AsyncCache<String, String> cache = Caffeine.newBuilder().buildAsync();
    private final AtomicInteger loads = new AtomicInteger();
    private final CompletableFuture<Void> loading = new CompletableFuture<>();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    private String load() {
        loads.incrementAndGet();
        loading.complete(null);
        await(answered);
        return "value";
    }

    /** Two callers ask for one key; the one who began the load is cancelled, then the load gets its answer. */
    private Callable<String> secondCaller(BiFunction<String, Executor, CompletableFuture<String>> loader)
            throws Exception {
        Callable<String> get = () -> await(cache.get("key", loader));
        var first = async(get);
        soon(loading);
        until("in the cache", () -> cache.getIfPresent("key") != null);
        CompletableFuture<String> shared = cache.getIfPresent("key");
        var second = async(get);
        until("waiting for the load as well", () -> shared.getNumberOfDependents() >= 3); // the cache itself is one
        first.cancel();
        assertThatThrownBy(first::await).isInstanceOf(CancelledException.class);
        return () -> {
            answered.complete(null);
            return second.await();
        };
    }

    @Test
    void whoLeavesLeavesTheLoadToTheOthers() throws Exception {
        Callable<String> second = secondCaller((key, executor) -> CompletableFuture.supplyAsync(this::load, executor));
        assertThat(second.call()).isEqualTo("value");
        assertThat(loads).hasValue(1);
    }

    @Test
    @SuppressWarnings("unchecked")
    void aLoadThatAwaitsIsACoroutineOfItsOwn() throws Exception {
        Callable<String> second =
                secondCaller((key, executor) -> coroutine(this::load).as(CompletableFuture.class));
        assertThat(second.call()).isEqualTo("value");
        assertThat(loads).hasValue(1);
    }

    /** An {@code async} is a child of the caller who happens to be the first, and ends with him. */
    @Test
    void aLoadThatIsAChildEndsWithTheFirstCaller() throws Exception {
        Callable<String> second =
                secondCaller((key, executor) -> async(this::load).toCompletableFuture());
        assertThatThrownBy(second::call)
                .isInstanceOf(CancellationException.class)
                .isNotInstanceOf(CancelledException.class);
        assertThat(run(() -> await(cache.get("key", (key, executor) -> CompletableFuture.completedFuture("again")))))
                .isEqualTo("again");
    }
}
