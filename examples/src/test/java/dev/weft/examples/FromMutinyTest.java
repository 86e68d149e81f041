package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncAction;
import dev.weft.AsyncStream;
import dev.weft.Outcome;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pieces of code in the guide for those who have Mutiny, and its claims. */
class FromMutinyTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicInteger cancelled = new AtomicInteger();

    // --- the bridges

    private static final MutinyBackend MUTINY = new MutinyBackend();

    @SuppressWarnings("unchecked")
    static <T> Uni<T> uni(Callable<T> body) {
        return (Uni<T>) withBackend(MUTINY, () -> coroutine(body).as(Uni.class));
    }

    private static void mutiny(AsyncAction<? extends Exception> body) throws Exception {
        withBackend(MUTINY, (AsyncAction<Exception>) () -> run((AsyncAction<Exception>) body::run));
    }

    // --- before and after

    private static Uni<String> user(int id) {
        if (id < 0) return Uni.createFrom().failure(new IllegalArgumentException("no user " + id));
        return Uni.createFrom().item("user " + id).onItem().delayIt().by(Duration.ofMillis(1));
    }

    private static Uni<Integer> score(String user) {
        return Uni.createFrom().item(user.length());
    }

    Uni<String> before(int id) {
        return user(id).onItem()
                .transformToUni(user -> score(user).map(score -> user + " has " + score))
                .onFailure(IllegalArgumentException.class)
                .recoverWithItem(failure -> "nobody, for " + failure.getMessage());
    }

    Uni<String> after(int id) {
        return uni(() -> {
            try {
                String user = await(awaitable(user(id)));
                int score = Async.<Integer>await(awaitable(score(user)));
                return user + " has " + score;
            } catch (IllegalArgumentException failure) {
                return "nobody, for " + failure.getMessage();
            }
        });
    }

    @Test
    void beforeAndAfter() {
        for (int id : List.of(7, -1))
            assertThat(after(id).await().atMost(PATIENCE))
                    .isEqualTo(before(id).await().atMost(PATIENCE));
        assertThat(after(7).await().atMost(PATIENCE)).isEqualTo("user 7 has 6");
        assertThat(after(-1).await().atMost(PATIENCE)).isEqualTo("nobody, for no user -1");
    }

    // --- one value

    @Test
    void aNullItemIsNull() throws Exception {
        mutiny(() -> {
            String none = await(awaitable(Uni.createFrom().nullItem()));
            assertThat(none).isNull();
        });
        assertThat(uni(() -> null).await().atMost(PATIENCE)).isNull();
    }

    @Test
    void severalAtOnce() throws Exception {
        mutiny(() -> {
            List<String> both = gather(awaitable(user(1)), awaitable(user(2))); // without a thread for each
            List<Outcome<String>> settled = gatherSettled(awaitable(user(1)), awaitable(user(-1)));
            assertThat(both).containsExactly("user 1", "user 2");
            assertThat(settled.get(0)).isEqualTo(new Outcome.Success<>("user 1"));
            assertThat(settled.get(1)).isInstanceOf(Outcome.Failure.class);
        });
    }

    @Test
    void aCheckedFailureComesAsItself() throws Exception {
        var failure = new IOException("closed");
        mutiny(() -> assertThatThrownBy(() -> await(awaitable(Uni.createFrom().failure(failure)), IOException.class))
                .isSameAs(failure));
    }

    @Test
    void aTimeLimitCancels() throws Exception {
        Uni<String> never =
                Uni.createFrom().<String>emitter(item -> {}).onCancellation().invoke(cancelled::incrementAndGet);
        mutiny(() -> assertThatThrownBy(() -> withTimeout(SOON, () -> await(awaitable(never))))
                .isInstanceOf(TimeoutException.class));
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void eachSubscriptionRunsTheBody() {
        var runs = new AtomicInteger();
        Uni<Integer> cold = uni(runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        assertThat(List.of(cold.await().atMost(PATIENCE), cold.await().atMost(PATIENCE)))
                .containsExactly(1, 2);
    }

    @Test
    void theContextOfTheSubscriber() {
        Uni<String> greeting = uni(() -> "hello " + context().get("user"));
        assertThat(greeting.awaitUsing(Context.of("user", "ann")).atMost(PATIENCE))
                .isEqualTo("hello ann");
    }

    // --- many values

    @Test
    void aLoop() throws Exception {
        Multi<Integer> numbers =
                Multi.createFrom().range(1, 1000).onCancellation().invoke(cancelled::incrementAndGet);
        List<Integer> seen = new ArrayList<>();
        mutiny(() -> {
            try (var each = Async.each(numbers)) {
                for (int n : each) {
                    seen.add(n);
                    if (n == 3) break; // the Multi is cancelled
                }
            }
        });
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aGenerator() throws Exception {
        mutiny(() -> {
            AsyncStream<String> users = stream(out -> {
                for (int id = 1; ; id++) out.emit(await(awaitable(user(id))));
            });
            Multi<?> multi = users.as(Multi.class);
            List<?> first = await(awaitable(multi.select().first(2).collect().asList()));
            assertThat(first).isEqualTo(List.of("user 1", "user 2"));
        });
    }

    @Test
    void aMultiIsAStream() throws Exception {
        mutiny(() -> assertThat(AsyncStream.from(Multi.createFrom().range(1, 4))
                        .mapConcurrent(2, id -> Async.<String>await(awaitable(user(id))))
                        .collect(10))
                .containsExactly("user 1", "user 2", "user 3"));
    }

    // --- mistakes

    @Test
    void withoutTheBackendAUniIsUnknown() {
        assertThatThrownBy(() -> run(() -> await(awaitable(user(7))))).hasMessageContaining("Uni");
    }

    @Test
    void whatIsStartedBelongsToTheUni() {
        Uni<String> both = uni(() -> {
            var one = async(() -> Async.<String>await(awaitable(user(1))));
            return await(awaitable(user(2))) + " " + one.await();
        });
        assertThat(both.await().atMost(PATIENCE)).isEqualTo("user 2 user 1");
    }
}
