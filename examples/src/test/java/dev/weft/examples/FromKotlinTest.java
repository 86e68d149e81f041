package dev.weft.examples;

import static com.softwaremill.jox.Select.select;
import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.softwaremill.jox.Channel;
import dev.weft.AsyncAction;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.Outcome;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.StepVerifier;

/** The pieces of code in the guide for those who come from Kotlin's coroutines, and its claims. */
class FromKotlinTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> never = new CompletableFuture<>();

    static Stream<Backend> backends() {
        return Stream.of(new ReactorBackend(), new RxBackend());
    }

    private static void onEachBackend(Backend backend, AsyncAction<? extends Exception> body) throws Exception {
        withBackend(backend, (AsyncAction<Exception>) () -> run((AsyncAction<Exception>) body::run));
    }

    private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    // --- functions and scopes

    static String user(int id) { // suspend fun user(id: Int): String
        delay(Duration.ofMillis(5));
        return "user " + id;
    }

    static int score(int id) {
        delay(Duration.ofMillis(5));
        return 3 * id;
    }

    static String broken() {
        throw new IllegalStateException("the server is down");
    }

    static String page(int id) {
        return group(
                scope -> { // coroutineScope {
                    Deferred<Integer> score = scope.async(() -> score(id)); // async { score(id) }
                    return user(id) + " has " + score.await();
                });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aScope(Backend backend) throws Exception {
        onEachBackend(backend, () -> assertThat(page(7)).isEqualTo("user 7 has 21"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailureCancelsTheRestOfAGroup(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> assertThatThrownBy(() -> group(scope -> {
                            scope.async(() -> broken());
                            return await(never);
                        }))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the server is down"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aSupervisorScope(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String shown = run(
                    () -> { // supervisorScope {
                        Deferred<String> news = async(() -> broken());
                        String name = user(7); // goes on
                        try {
                            return name + " reads " + news.await();
                        } catch (IllegalStateException failed) {
                            return name + " has no news: " + failed.getMessage();
                        }
                    });
            assertThat(shown).isEqualTo("user 7 has no news: the server is down");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailureThatNobodyAwaitsIsThrownByItsScope(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> run(() -> {
                        async(() -> broken());
                        log.add(user(7));
                    }))
                    .hasMessage("the server is down");
            assertThat(log).containsExactly("user 7");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void joinAndCancelAndJoin(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            Deferred<Void> job = async(
                    () -> { // launch {
                        begun.countDown();
                        try {
                            delay(Duration.ofHours(1));
                        } finally {
                            shielded(() -> log.add("saved " + user(7))); // withContext(NonCancellable) {
                        }
                    });
            begun.await();
            job.cancel(); // returns at once
            List<Outcome<Void>> ended = gatherSettled(job); // join()
            assertThat(log).containsExactly("saved user 7");
            assertThat(ended.get(0)).isInstanceOf(Outcome.Cancelled.class);
            assertThatThrownBy(job::await).isInstanceOf(CancelledException.class);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void awaitAll(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            List<String> both = gather(coroutine(() -> user(1)), coroutine(() -> user(2)));
            assertThat(both).containsExactly("user 1", "user 2");
            assertThat(gather(async(() -> user(1)), async(() -> user(2)))).isEqualTo(both);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsLazyRunsEachTime(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var runs = new AtomicInteger();
            Coroutine<Integer> lazy = coroutine(() -> runs.incrementAndGet());
            assertThat(runs).hasValue(0);
            assertThat(List.of(lazy.await(), lazy.await())).containsExactly(1, 2);
            Deferred<Integer> once = lazy.start();
            assertThat(List.of(once.await(), once.await())).containsExactly(3, 3);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theHandleOfAScopeThatLives(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var service = new CompletableFuture<Deferred<Void>>();
            var told = new CountDownLatch(1);
            group(
                    scope -> { // CoroutineScope(SupervisorJob())
                        service.complete(scope.async(() -> {
                            told.countDown();
                            await(never);
                        }));
                        awaitLatch(told);
                        scope.cancel(); // scope.cancel()
                    });
            assertThat(service.join().state()).isEqualTo(Deferred.State.CANCELLED);
        });
    }

    // --- cancellation and time

    @ParameterizedTest
    @MethodSource("backends")
    void aTimeoutIsAFailure(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> call = async(() -> withTimeout(SOON, () -> await(never)));
            assertThat(gatherSettled(call).get(0))
                    .isInstanceOfSatisfying(
                            Outcome.Failure.class,
                            failure -> assertThat(failure.error()).isInstanceOf(TimeoutException.class));
            String name = withTimeoutOrNull(SOON, () -> await(never));
            assertThat(name).isNull();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCancelledCoroutineStaysSo(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            Deferred<String> stubborn = async(() -> {
                begun.countDown();
                try {
                    await(never);
                } catch (CancelledException swallowed) {
                    log.add("swallowed");
                }
                return user(7); // throws CancelledException again
            });
            awaitLatch(begun);
            stubborn.cancel();
            assertThatThrownBy(stubborn::await).isInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("swallowed");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void blockingCodeIsInterrupted(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> assertThatThrownBy(() -> withTimeout(SOON, () -> new CountDownLatch(1).await()))
                        .isInstanceOf(TimeoutException.class)
                        .hasCauseInstanceOf(InterruptedException.class));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFutureIsCancelledWhereItIsOwned(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var shared = new CompletableFuture<String>();
            var mine = new CompletableFuture<String>();
            assertThatThrownBy(() -> withTimeout(SOON, () -> await(shared))).isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> withTimeout(SOON, () -> await(owned(mine)))) // mine.await()
                    .isInstanceOf(TimeoutException.class);
            assertThat(shared).isNotDone();
            assertThat(mine).isCancelled();
        });
    }

    // --- threads and context

    @ParameterizedTest
    @MethodSource("backends")
    void aCoroutineNeverChangesItsThread(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Thread before = Thread.currentThread();
            user(7);
            assertThat(Thread.currentThread()).isSameAs(before);
            assertThat(async(() -> Thread.currentThread()).await()).isNotSameAs(before);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void onAnotherDispatcher(Backend backend) throws Exception {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        try (ExecutorService single = Executors.newSingleThreadExecutor(body -> new Thread(body, "single"))) {
            onEachBackend(backend, () -> {
                Coroutine<String> where = coroutine(() -> Thread.currentThread().toString());
                String there = where.on(Dispatcher.on(single)).await(); // withContext(single) {
                assertThat(there).endsWith("@single");
                assertThat(where.await()).doesNotEndWith("@single");
            });
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anElementOfTheContext(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String seen = withContext(
                    "user",
                    "ann",
                    () -> { // withContext(User("ann")) {
                        Deferred<String> child = async(() -> context().get("user")); // coroutineContext[User]
                        return child.await();
                    });
            assertThat(seen).isEqualTo("ann");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aNamedCoroutine(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> named = coroutine(() -> Thread.currentThread().getName())
                    .named("loader")
                    .start();
            assertThat(named.await()).contains("loader");
        });
    }

    // --- callbacks

    /** A client of the old kind. */
    static final class Client {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final AtomicInteger aborted = new AtomicInteger();

        interface Call {
            void abort();
        }

        Call get(int id, Consumer<String> answer, Consumer<Throwable> failure) {
            if (id > 0) answer.accept("user " + id);
            if (id < 0) failure.accept(new IllegalArgumentException("id " + id));
            asked.countDown();
            return aborted::incrementAndGet;
        }
    }

    private final Client client = new Client();

    private String fetch(int id) {
        return awaitCallback(
                done -> { // suspendCancellableCoroutine {
                    Client.Call call = client.get(id, done::resume, done::fail);
                    done.onCancel(call::abort); // invokeOnCancellation {
                });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCallback(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThat(fetch(7)).isEqualTo("user 7");
            assertThatThrownBy(() -> fetch(-1)).hasMessage("id -1");
            assertThatThrownBy(() -> withTimeout(SOON, () -> fetch(0))).isInstanceOf(TimeoutException.class);
            assertThat(client.aborted).hasValue(1);
        });
    }

    // --- flows, channels, select

    @ParameterizedTest
    @MethodSource("backends")
    void aFlow(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            AsyncStream<String> users = stream(
                    out -> { // flow {
                        for (int id = 1; ; id++) out.emit(user(id));
                    });
            try (var each = users.map(name -> name.replace("user", "guest")).each()) { // collect {
                for (String name : each) {
                    log.add(name);
                    if (name.equals("guest 2")) break;
                }
            }
            assertThat(log).containsExactly("guest 1", "guest 2");
            assertThat(users.take(2).collect(10)).containsExactly("user 1", "user 2"); // it runs again
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aGeneratorHasAThreadOfItsOwnBeforeALoop(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Thread mine = Thread.currentThread();
            AsyncStream<Thread> threads = stream(out -> out.emit(Thread.currentThread()));
            try (var loop = threads.each()) {
                assertThat(loop.next()).isNotSameAs(mine);
            }
            assertThat(threads.collect(1)).containsExactly(mine);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aChannelFlow(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            AsyncStream<String> both = stream(out -> group(
                    work -> { // channelFlow {
                        out.concurrent();
                        work.async(() -> out.emit(user(1)));
                        work.async(() -> out.emit(user(2)));
                    }));
            assertThat(both.collect(2)).containsExactlyInAnyOrder("user 1", "user 2");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void collectLatest(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<Integer> ids = Channel.newRendezvousChannel();
            var begun = new CountDownLatch(1);
            Deferred<Void> looks = async(() -> group(
                    latest -> { // collectLatest {
                        Deferred<?> current = null;
                        for (int id = ids.receive(); id > 0; id = ids.receive()) {
                            int now = id;
                            if (current != null) current.cancel();
                            current = latest.async(() -> log.add(now == 1 ? slowUser(begun) : user(now)));
                        }
                    }));
            ids.send(1);
            awaitLatch(begun);
            ids.send(2);
            ids.send(0);
            looks.await();
            assertThat(log).containsExactly("user 2");
        });
    }

    private String slowUser(CountDownLatch begun) {
        begun.countDown();
        return await(never);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void channelsAndSelect(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newRendezvousChannel();
            Channel<String> news = Channel.newRendezvousChannel();
            async(() -> orders.send("soup"));
            String first = select( // select {
                    orders.receiveClause(dish -> "order of " + dish), // orders.onReceive {
                    news.receiveClause(word -> "news of " + word));
            assertThat(first).isEqualTo("order of soup");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void selectOfHandlesCancelsNothing(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> fast = async(() -> user(1));
            Deferred<String> slow = async(() -> await(never));
            Object first = await(CompletableFuture.anyOf(fast.toCompletableFuture(), slow.toCompletableFuture()));
            assertThat(first).isEqualTo("user 1");
            assertThat(slow.isDone()).isFalse();
            never.complete("late");
            assertThat(slow.await()).isEqualTo("late");
        });
    }

    // --- tests

    @Test
    void virtualTime() {
        StepVerifier.withVirtualTime(() -> mono(
                        () -> { // runTest {
                            delay(Duration.ofHours(1));
                            return user(7);
                        }))
                .thenAwait(Duration.ofHours(2)) // advanceTimeBy(2.hours)
                .expectNext("user 7")
                .verifyComplete();
    }

    // --- mistakes

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsStartedIsWaitedFor(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            run(() -> {
                async(() -> log.add("sent to " + user(7)));
            });
            assertThat(log).containsExactly("sent to user 7");
        });
    }
}
