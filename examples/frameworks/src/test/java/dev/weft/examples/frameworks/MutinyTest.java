package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.each;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.CancelledException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Mutiny, as Quarkus has it, by the JDK's types alone. */
class MutinyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Shop shop = new Shop();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    private static <T> T await(Uni<T> uni) {
        return Async.await(owned(uni.subscribeAsCompletionStage()));
    }

    @SuppressWarnings("unchecked")
    private static <T> Uni<T> uni(Callable<T> body) {
        return Uni.createFrom()
                .completionStage(() -> (CompletableFuture<T>) coroutine(body).as(CompletableFuture.class));
    }

    private static <T> T soon(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aUniIsAwaited() {
        Uni<String> name = Uni.createFrom().item("ann").onItem().delayIt().by(Duration.ofMillis(1));
        assertThat(run(() -> shop.hello(await(name)))).isEqualTo("hello ann");
    }

    @Test
    void aFailureComesAsItself() {
        var failure = new IllegalStateException("closed");
        assertThatThrownBy(() -> run(() -> await(Uni.createFrom().<String>failure(failure))))
                .isSameAs(failure);
        assertThatThrownBy(() -> run(() -> await(Uni.createFrom().<String>failure(new IOException("closed")))))
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void anAwaitThatIsCancelledCancelsItsUni() throws Exception {
        var subscribed = new CompletableFuture<Void>();
        Uni<String> never = Uni.createFrom()
                .<String>emitter(item -> subscribed.complete(null))
                .onCancellation()
                .invoke(() -> cancelled.complete(null));
        var waiting = async(() -> await(never));
        soon(subscribed);
        waiting.cancel();
        soon(cancelled);
        assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
    }

    @Test
    void aBodyIsAUniAndCold() {
        Uni<String> hello = uni(() -> shop.hello("ann"));
        assertThat(hello.await().atMost(PATIENCE)).isEqualTo("hello ann");
        assertThat(hello.repeat().atMost(2).collect().asList().await().atMost(PATIENCE))
                .containsExactly("hello ann", "hello ann");
    }

    @Test
    void aSubscriberThatLeavesCancelsTheBody() throws Exception {
        var subscription = uni(() -> shop.never()).subscribe().with(item -> {});
        soon(shop.asked);
        subscription.cancel();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aMultiIsALoop() throws Exception {
        Multi<Integer> numbers =
                Multi.createFrom().range(1, 1000).onCancellation().invoke(() -> cancelled.complete(null));
        List<Integer> seen = new ArrayList<>();
        run(() -> {
            try (var loop = each(numbers)) {
                for (int n : loop) {
                    seen.add(n);
                    if (n == 3) break; // the Multi is cancelled
                }
            }
        });
        soon(cancelled);
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void aStreamIsAMultiAndEndsWithIt() throws Exception {
        Multi<String> ticks = Multi.createFrom().publisher(shop.ticks());
        assertThat(ticks.select().first(2).collect().asList().await().atMost(PATIENCE))
                .containsExactly("tick 0\n", "tick 1\n");
        soon(shop.still);
    }
}
