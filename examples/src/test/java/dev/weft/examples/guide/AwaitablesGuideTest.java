package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.each;
import static dev.weft.Async.gather;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.throwing;
import static dev.weft.Async.withBackend;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitLast;
import static dev.weft.reactor.ReactorAsync.awaitOptional;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.collect;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.rxjava.RxAsync.asSingle;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.collect;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.maybe;
import static dev.weft.rxjava.RxAsync.observable;
import static dev.weft.rxjava.RxAsync.single;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncStream;
import dev.weft.ByteStreams;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.NoValueException;
import dev.weft.Overflow;
import dev.weft.TooManyValuesException;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code and the claims of {@code docs/reference/awaitables.md}. */
class AwaitablesGuideTest extends GuideTest {
    private final Mono<String> mono = Mono.just("m");
    private final Flux<String> flux = Flux.just("a", "b");
    private final Single<String> single = Single.just("s");
    private final Completable completable = Completable.complete();
    private final CompletionStage<String> stage = CompletableFuture.completedStage("f");
    private final Future<String> future = CompletableFuture.completedFuture("g");

    @ParameterizedTest
    @MethodSource("backends")
    void anythingIsAwaitedInOneMethod(Backend backend) {
        assertThat(withBackend(backend, this::everything)).isEqualTo("m s f g c a b");
    }

    private String everything() {
        String m = awaitSingle(mono); // ReactorAsync
        String s = await(single); // RxAsync
        await(completable); // RxAsync
        String f = await(stage); // Async
        String g = awaitFuture(future); // Async
        String c = awaitCallback(done -> ask("c", done)); // Async
        var text = new StringBuilder(String.join(" ", m, s, f, g, c));
        try (var values = each(flux)) { // ReactorAsync
            for (String value : values) text.append(' ').append(value);
        }
        return text.toString();
    }

    private static void ask(String question, BiConsumer<String, Throwable> callback) {
        Thread.startVirtualThread(() -> callback.accept(question, null));
    }

    // --- Reactor

    @Test
    void aMono() {
        run(() -> {
            assertThat(await(Mono.<String>empty())).isNull();
            assertThat(awaitOptional(Mono.<String>empty())).isEmpty();
            assertThatThrownBy(() -> awaitSingle(Mono.empty()))
                    .isInstanceOf(NoValueException.class)
                    .hasMessageContaining("awaitSingle");
            List<Object> discarded = new ArrayList<>();
            try (var hook = Hooks.onDiscard(discarded::add)) {
                assertThat(hook).isNotNull();
                awaitDone(Mono.just("unwanted"));
            }
            assertThat(discarded).containsExactly("unwanted");
        });
    }

    @Test
    void aFlux() {
        run(() -> {
            assertThat(awaitFirst(flux)).isEqualTo("a");
            assertThat(awaitLast(flux)).isEqualTo("b");
            assertThat(collect(flux, 2)).containsExactly("a", "b");
            assertThatThrownBy(() -> awaitSingle(flux)).isInstanceOf(TooManyValuesException.class);
            assertThatThrownBy(() -> collect(flux, 1)).isInstanceOf(TooManyValuesException.class);
            Flux<String> empty = Flux.empty();
            assertThatThrownBy(() -> awaitFirst(empty)).isInstanceOf(NoValueException.class);
            assertThatThrownBy(() -> awaitLast(empty)).isInstanceOf(NoValueException.class);
            assertThatThrownBy(() -> awaitSingle(empty)).isInstanceOf(NoValueException.class);
            assertThat(collect(empty, 1)).isEmpty();
            try (var none = each(empty)) {
                assertThat(none.hasNext()).isFalse();
            }
        });
    }

    @Test
    void buildsOfReactor() {
        Coroutine<String> greeting = coroutine(() -> "hello");
        AsyncStream<String> words = stream(out -> out.emit("word"));

        Mono<String> body = mono(() -> await(stage)); // null is empty
        Mono<Void> action = mono(() -> {
            awaitDone(mono);
        });
        Mono<String> cold = asMono(greeting); // or greeting.as(Mono.class)
        Flux<Integer> numbers = flux(out -> {
            for (int n = 0; ; n++) out.emit(n);
        });
        Flux<String> wrapped = asFlux(words); // or words.as(Flux.class)
        Flux<String> mapped = flux.transform(ReactorAsync.mapFlux(8, value -> value + await(stage)));

        assertThat(body.block()).isEqualTo("f");
        assertThat(action.hasElement().block()).isFalse();
        assertThat(cold.block()).isEqualTo("hello");
        Mono<?> converted = greeting.as(Mono.class);
        assertThat(converted.block()).isEqualTo("hello");
        assertThat(numbers.take(3).collectList().block()).containsExactly(0, 1, 2);
        assertThat(wrapped.collectList().block()).containsExactly("word");
        Flux<?> convertedStream = words.as(Flux.class);
        assertThat(convertedStream.blockFirst()).isEqualTo("word");
        assertThat(mapped.collectList().block()).containsExactly("af", "bf");
        assertThat(mono(() -> (String) null).hasElement().block()).isFalse();
        Flux<String> leftOut = flux.transform(ReactorAsync.mapFlux(8, value -> value.equals("a") ? null : value));
        assertThat(leftOut.collectList().block()).containsExactly("b");
    }

    // --- RxJava

    @Test
    void ofRxJava() {
        run(() -> {
            assertThat(await(Maybe.<String>empty())).isNull();
            assertThat(awaitOptional(Maybe.<String>empty())).isEmpty();
            assertThatThrownBy(() -> awaitSingle(Maybe.empty())).isInstanceOf(NoValueException.class);
            Flowable<String> two = Flowable.just("a", "b");
            assertThat(awaitFirst(two)).isEqualTo("a");
            assertThat(collect(two, 2)).containsExactly("a", "b");
            assertThatThrownBy(() -> awaitSingle(two)).isInstanceOf(TooManyValuesException.class);
            assertThatThrownBy(() -> awaitFirst(Flowable.empty())).isInstanceOf(NoValueException.class);
            Observable<String> observable = two.toObservable();
            assertThat(RxAsync.awaitLast(observable)).isEqualTo("b");
            assertThat(collect(observable, 2)).containsExactly("a", "b");
            List<String> seen = new ArrayList<>();
            try (var values = each(observable, Overflow.error(100))) {
                for (String value : values) seen.add(value);
            }
            assertThat(seen).containsExactly("a", "b");
            assertThatThrownBy(() -> each(observable, Overflow.suspend())).isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    void buildsOfRxJava() {
        Coroutine<String> greeting = coroutine(() -> "hello");
        AsyncStream<String> words = stream(out -> out.emit("word"));
        Flowable<String> source = Flowable.just("a", "b");

        Single<String> body = single(() -> await(stage)); // null is a NullPointerException
        Maybe<String> perhaps = maybe(() -> await(mono)); // null is empty
        Completable action = completable(() -> await(completable));
        Single<String> cold = asSingle(greeting); // asMaybe, asCompletable, or greeting.as(Single.class)
        Flowable<Integer> numbers = flowable(out -> {
            for (int n = 0; ; n++) out.emit(n);
        });
        Observable<Integer> pushed = observable(out -> out.emit(1)); // never waits for demand
        Flowable<String> wrapped = asFlowable(words); // or words.as(Flowable.class)
        Flowable<String> mapped = source.compose(RxAsync.mapFlowable(8, value -> value + await(stage)));

        assertThat(body.blockingGet()).isEqualTo("f");
        assertThat(perhaps.blockingGet()).isEqualTo("m");
        action.blockingAwait();
        assertThat(cold.blockingGet()).isEqualTo("hello");
        Single<?> converted = greeting.as(Single.class);
        assertThat(converted.blockingGet()).isEqualTo("hello");
        assertThat(numbers.take(3).toList().blockingGet()).containsExactly(0, 1, 2);
        assertThat(pushed.blockingFirst()).isEqualTo(1);
        assertThat(wrapped.blockingFirst()).isEqualTo("word");
        assertThat(mapped.toList().blockingGet()).containsExactly("af", "bf");
        assertThat(maybe(() -> (String) null).isEmpty().blockingGet()).isTrue();
        assertThatThrownBy(() -> single(() -> (String) null).blockingGet())
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("single");
    }

    // --- the JDK

    @Test
    void aFuture() {
        run(() -> {
            assertThat(isNull(await(CompletableFuture.<String>completedStage(null))))
                    .isTrue();
            var task = new FutureTask<>(() -> "computed");
            task.run();
            assertThat(awaitFuture(task)).isEqualTo("computed");
            var shared = new CompletableFuture<String>();
            cancelled(() -> await(shared));
            assertThat(shared).isNotDone();
            var mine = new CompletableFuture<String>();
            cancelled(() -> await(owned(mine)));
            assertThat(mine).isCancelled();
        });
    }

    /** Has a coroutine begin to await something, and cancels it. */
    private static void cancelled(Callable<String> body) {
        var begun = new CompletableFuture<Void>();
        Deferred<String> waiting = async(() -> {
            begun.complete(null);
            return body.call();
        });
        await(begun);
        waiting.cancel();
        assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
    }

    @Test
    void buildsOfTheJdk() throws Exception {
        Coroutine<String> greeting = coroutine(() -> "hello");
        AsyncStream<String> words = stream(out -> out.emit("word"));
        var told = new CompletableFuture<String>();
        run(() -> {
            Deferred<String> deferred = async(() -> "done");
            CompletableFuture<String> handle = deferred.toCompletableFuture(); // cancelling it cancels the coroutine
            deferred.whenComplete((value, failure) -> told.complete(value)); // on the thread that ends it
            assertThat(handle.get()).isEqualTo("done");
        });
        CompletableFuture<?> started = greeting.as(CompletableFuture.class); // starts now
        Flow.Publisher<String> publisher = words; // cold, subscribed to as often as you like

        assertThat(told.get()).isEqualTo("done");
        assertThat(started.get()).isEqualTo("hello");
        for (int i = 0; i < 2; i++) {
            assertThat(all(publisher)).containsExactly("word");
        }
    }

    @Test
    void aListener() {
        var prices = new Prices();
        String newest = run(() -> {
            AsyncStream<String> stream = AsyncStream.fromListener(Overflow.latest(), sink -> {
                Prices.Listener listener = sink::next;
                prices.add(listener);
                sink.onClose(() -> prices.remove(listener));
            });
            try (var values = stream.each()) {
                prices.tell("7");
                return values.next();
            }
        });
        assertThat(newest).isEqualTo("7");
        assertThat(prices.listeners).isEmpty();
    }

    private static final class Prices {
        interface Listener {
            void price(String price);
        }

        final List<Listener> listeners = new ArrayList<>();

        void add(Listener listener) {
            listeners.add(listener);
        }

        void remove(Listener listener) {
            listeners.remove(listener);
        }

        void tell(String price) {
            listeners.forEach(listener -> listener.price(price));
        }
    }

    @Test
    void bytes() throws IOException {
        assertThat(readWhatIsWritten()).isEqualTo("text");
    }

    private static String readWhatIsWritten() throws IOException {
        AsyncStream<ByteBuffer> written = ByteStreams.fromOutputStream(1024, out -> out.write("text".getBytes(UTF_8)));
        try (InputStream read = ByteStreams.toInputStream(written)) {
            return new String(read.readAllBytes(), UTF_8);
        }
    }

    // --- several, and errors

    @ParameterizedTest
    @MethodSource("backends")
    void severalAtOnce(Backend backend) {
        assertThat(withBackend(backend, this::several)).containsExactly("m", "s", "f", "c");
    }

    private List<String> several() {
        return gather(
                ReactorAsync.awaitable(mono), // subscribed to, without a thread
                RxAsync.awaitable(single),
                awaitable(stage),
                coroutine(() -> awaitCallback(done -> ask("c", done)))); // on a thread of its own
    }

    @Test
    void anyKnownSourceIsAwaitable() {
        run(() -> {
            assertThat(isNull(await(awaitable(Mono.empty())))).isTrue();
            String one = await(awaitable(Maybe.just("one")));
            assertThat(one).isEqualTo("one");
            assertThatThrownBy(() -> await(awaitable(Flux.just(1, 2)))).isInstanceOf(TooManyValuesException.class);
        });
    }

    @Test
    void aCheckedExceptionIsNamed() {
        var disk = new IOException("disk");
        Mono<String> failing = Mono.error(disk);
        Flux<String> failingFlux = Flux.error(disk);
        assertThatThrownBy(() -> run(() -> await(failing, IOException.class))).isSameAs(disk);
        assertThatThrownBy(() -> run(() -> throwing(IOException.class, () -> awaitFirst(failingFlux))))
                .isSameAs(disk);
        assertThatThrownBy(() -> run(() -> await(failing))).hasCause(disk);
    }

    @Test
    void aPublisherOfTheJdkIsALoop() {
        Flow.Publisher<String> publisher = AsyncStream.from(List.of("x", "y"));
        assertThat(run(() -> all(publisher))).containsExactly("x", "y");
    }

    private static boolean isNull(Object value) {
        return value == null;
    }

    private static <T> List<T> all(Flow.Publisher<T> publisher) {
        List<T> seen = new ArrayList<>();
        try (var values = each(publisher)) {
            for (T value : values) seen.add(value);
        }
        return seen;
    }
}
