package dev.weft.spring;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.contextView;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class ReactiveTypesTest {
    private final ReactiveAdapterRegistry registry = new ReactiveAdapterRegistry();

    private ReactiveAdapter adapter(Class<?> type) {
        ReactiveTypes.register(registry);
        return Objects.requireNonNull(registry.getAdapter(type));
    }

    private static String user() {
        return contextView().getOrDefault("user", "nobody");
    }

    @Test
    void W7_whatIsRegisteredTwiceIsRegisteredOnce() {
        for (Class<?> type : List.of(Coroutine.class, Deferred.class, AsyncStream.class))
            assertThat(adapter(type)).isSameAs(adapter(type));
    }

    @Test
    void otherPublishersOfTheJdkKeepTheirAdapter() {
        assertThat(adapter(Flow.Publisher.class).getReactiveType()).isEqualTo(Flow.Publisher.class);
    }

    @Test
    void aCoroutineRunsWithTheContextOfItsSubscriberEachTime() {
        var runs = new AtomicInteger();
        Publisher<String> mono =
                adapter(Coroutine.class).toPublisher(coroutine(() -> user() + ' ' + runs.incrementAndGet()));
        assertThat(runs).hasValue(0);
        assertThat(mono).isInstanceOf(Mono.class);
        assertThat(Mono.from(mono).contextWrite(c -> c.put("user", "ann")).block())
                .isEqualTo("ann 1");
        assertThat(Mono.from(mono).block()).isEqualTo("nobody 2");
    }

    /** The adapter for publishers of the JDK would drop it. */
    @Test
    void aStreamRunsWithTheContextOfItsSubscriber() {
        AsyncStream<String> stream = stream(out -> out.emit(user()));
        Publisher<String> flux = adapter(AsyncStream.class).toPublisher(stream);
        assertThat(Flux.from(flux)
                        .contextWrite(c -> c.put("user", "ann"))
                        .collectList()
                        .block())
                .containsExactly("ann");
    }

    @Test
    void aStreamThatWasMadeOfAFluxCarriesTheContextThroughBoth() {
        Flux<String> source = Flux.deferContextual(context -> Flux.just(context.getOrDefault("user", "nobody")));
        ReactiveAdapter adapter = adapter(AsyncStream.class);
        Flux<Object> back = Flux.from(adapter.toPublisher(adapter.fromPublisher(source)));
        assertThat(back.contextWrite(c -> c.put("user", "ann")).collectList().block())
                .containsExactly("ann");
    }

    @Test
    void aCoroutineOfAFluxIsNotSubscribedToBeforeItIsAwaitedAndDoesNotCancelIt() {
        var trail = new CopyOnWriteArrayList<String>();
        Flux<Integer> flux = Flux.just(7)
                .doOnSubscribe(s -> trail.add("subscribed"))
                .doOnCancel(() -> trail.add("cancelled"))
                .doOnComplete(() -> trail.add("completed"));
        var coroutine = (Coroutine<?>) adapter(Coroutine.class).fromPublisher(flux);
        assertThat(trail).isEmpty();
        assertThat((Object) run(coroutine::await)).isEqualTo(7);
        assertThat((Object) run(coroutine::await)).isEqualTo(7);
        assertThat(trail).containsExactly("subscribed", "completed", "subscribed", "completed");
    }

    @Test
    void aCoroutineMayBeEmpty() {
        var coroutine = (Coroutine<?>) adapter(Coroutine.class).fromPublisher(Mono.empty());
        assertThat((Object) run(coroutine::await)).isNull();
        assertThat(Mono.from(adapter(Coroutine.class).toPublisher(coroutine)).blockOptional())
                .isEmpty();
    }

    @Test
    void aHandleIsStartedAtOnce() {
        var subscriptions = new AtomicInteger();
        Mono<Integer> mono = Mono.fromCallable(subscriptions::incrementAndGet);
        var handle = (Deferred<?>) adapter(Deferred.class).fromPublisher(mono);
        assertThat((Object) run(handle::await)).isEqualTo(1);
        assertThat(Mono.from(adapter(Deferred.class).toPublisher(handle)).block())
                .isEqualTo(1);
        assertThat(subscriptions).hasValue(1);
    }
}
