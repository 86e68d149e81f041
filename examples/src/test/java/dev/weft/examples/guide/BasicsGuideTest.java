package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.backend;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitOptional;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.Emitter;
import dev.weft.NoValueException;
import dev.weft.TooManyValuesException;
import dev.weft.examples.Program;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** The code and the claims of {@code docs/guide/basics.md}. */
class BasicsGuideTest extends GuideTest {
    private static final Duration STEP = Duration.ofMillis(1);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Users users = new Users();

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Breakfast.main(new String[0]))).contains("warm toast and warm eggs");
    }

    // --- what can be awaited

    @ParameterizedTest
    @MethodSource("backends")
    void oneCoroutineAwaitsWhateverThereIs(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String all = everything();
            assertThat(all).isEqualTo("a b c d");
        });
    }

    private String everything() {
        Mono<String> mono = Mono.just("a").delayElement(STEP);
        Single<String> single = Single.just("b").delay(1, TimeUnit.MILLISECONDS);
        CompletableFuture<String> future = CompletableFuture.supplyAsync(() -> "c");
        return run(() -> {
            String a = awaitSingle(mono); // ReactorAsync
            String b = await(single); // RxAsync
            String c = await(future); // Async
            String d = awaitCallback(done -> ask("d", done::resume)); // Async
            return String.join(" ", a, b, c, d);
        });
    }

    private static void ask(String question, Consumer<String> callback) {
        Thread.startVirtualThread(() -> callback.accept(question));
    }

    @Test
    void howManyValuesThereMustBe() {
        assertThat(await(Mono.<String>empty())).isNull();
        assertThat(awaitOptional(Mono.<String>empty())).isEmpty();
        assertThatThrownBy(() -> awaitSingle(Mono.empty())).isInstanceOf(NoValueException.class);
        assertThatThrownBy(() -> awaitSingle(Flux.just(1, 2))).isInstanceOf(TooManyValuesException.class);
        assertThatThrownBy(() -> awaitSingle(Flux.empty())).isInstanceOf(NoValueException.class);
        List<Integer> seen = new ArrayList<>();
        try (var values = each(Flux.range(1, 3))) {
            for (int value : values) seen.add(value);
        }
        assertThat(seen).containsExactly(1, 2, 3);
    }

    // --- what a coroutine is

    @ParameterizedTest
    @MethodSource("backends")
    void aCoroutineIsColdAndAHandleIsStarted(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Coroutine<String> coffee = coroutine(() -> brew("coffee")); // nothing runs yet
            assertThat(log).isEmpty();
            String first = coffee.await(); // runs it here, like a call
            Deferred<String> second = coffee.start(); // runs it again, on a thread of its own
            assertThat(first).isEqualTo(second.await());
            assertThat(second.await()).isEqualTo("hot coffee"); // a handle may be awaited often
            assertThat(log).containsExactly("coffee", "coffee");
        });
    }

    private String brew(String drink) {
        log.add(drink);
        delay(STEP);
        return "hot " + drink;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aScopeWaitsForWhatWasStartedInIt(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            run(() -> {
                async(() -> log.add(brew("tea"))); // nobody awaits its handle
                log.add("body over");
            });
            log.add("run over");
            assertThat(log).containsExactlyInAnyOrder("tea", "body over", "hot tea", "run over");
            assertThat(log).endsWith("run over");
        });
    }

    // --- suspension points

    @ParameterizedTest
    @MethodSource("backends")
    void suspensionPointsLookFirstWhetherTheirScopeIsCancelled(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Coroutine<String> ready = coroutine(() -> "ready");
            List<Callable<?>> points = List.of(
                    () -> await(CompletableFuture.completedFuture("ready").minimalCompletionStage()),
                    () -> awaitSingle(Mono.just("ready")),
                    () -> await(Single.just("ready")),
                    () -> ready.await(),
                    () -> ready.start(),
                    () -> run(() -> "ready"),
                    () -> group(members -> "ready"),
                    () -> gather(ready),
                    () -> race(ready),
                    () -> {
                        delay(Duration.ZERO);
                        return "ready";
                    },
                    () -> {
                        checkpoint();
                        return "ready";
                    });
            for (Callable<?> point : points)
                assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> {
                            try {
                                return point.call();
                            } catch (CancelledException cancelled) {
                                log.add("cancelled");
                                throw cancelled;
                            }
                        }))
                        .isInstanceOf(TimeoutException.class);
            assertThat(log).hasSize(points.size());
            int blocks = withTimeout(Duration.ZERO, () -> withTimeout(Duration.ofMinutes(1), () -> shielded(() -> 2)));
            assertThat(blocks).isEqualTo(2); // to open such a block is no suspension point
        });
    }

    // --- threads

    @ParameterizedTest
    @MethodSource("backends")
    void aCoroutineStaysOnItsThread(Backend backend) throws Exception {
        Thread caller = Thread.currentThread();
        onEachBackend(backend, () -> {
            run(() -> {
                Thread mine = Thread.currentThread();
                delay(Duration.ofMillis(5));
                assertThat(Thread.currentThread()).isSameAs(mine); // after every await
                assertThat(mine.isVirtual()).isTrue();
                Thread nested = run(() -> Thread.currentThread()); // a scope, not a thread
                assertThat(nested).isSameAs(mine);
                Thread member = async(() -> Thread.currentThread()).await();
                assertThat(member).isNotSameAs(mine);
            });
            assertThat(Thread.currentThread()).isNotSameAs(caller);
        });
        assertThat(run(() -> Thread.currentThread())).isNotSameAs(caller);
    }

    @Test
    void anAwaitedValueContinuesOnTheThreadOfTheCoroutineNotOfTheSource() {
        run(() -> {
            Thread mine = Thread.currentThread();
            await(Single.just(1).observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation()));
            awaitSingle(Mono.just(1).publishOn(Schedulers.parallel()));
            assertThat(Thread.currentThread()).isSameAs(mine);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void blockingCallsOfTheJdkSuspendTheCoroutine(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            BlockingQueue<String> orders = new LinkedBlockingQueue<>();
            Deferred<String> cook = async(() -> "cooked " + orders.take()); // holds up no other coroutine
            orders.put("rice");
            assertThat(cook.await()).isEqualTo("cooked rice");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void thousandsMayWaitAtOnce(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var open = new CompletableFuture<Integer>();
            List<Deferred<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) waiting.add(async(() -> await(open)));
            open.complete(1);
            int sum = 0;
            for (Deferred<Integer> each : waiting) sum += each.await();
            assertThat(sum).isEqualTo(2_000);
        });
    }

    // --- in a service

    /** A repository of the old kind. */
    static final class Users {
        Mono<String> name(int id) {
            return Mono.just("user" + id).delayElement(STEP);
        }

        Single<String> nickname(int id) {
            return Single.just("nick" + id).delay(1, TimeUnit.MILLISECONDS);
        }
    }

    Mono<String> greeting(int id) {
        return mono(() -> {
            String name = awaitSingle(users.name(id)); // what the repository returns stays as it is
            return "Hello " + name + ", visit " + countVisit(name);
        });
    }

    Single<String> rxGreeting(int id) {
        return single(() -> {
            String name = await(users.nickname(id));
            return "Hello " + name + ", visit " + countVisit(name);
        });
    }

    private int countVisit(String name) { // a plain method: it may await, and it may block
        delay(Duration.ofMillis(1));
        log.add(name);
        return log.size();
    }

    @Test
    void aBuilderIsColdAndRunsForEachSubscriber() {
        Mono<String> greeting = greeting(7);
        Single<String> rxGreeting = rxGreeting(8);
        assertThat(log).isEmpty();
        StepVerifier.create(greeting).expectNext("Hello user7, visit 1").verifyComplete();
        StepVerifier.create(greeting).expectNext("Hello user7, visit 2").verifyComplete();
        assertThat(rxGreeting.blockingGet()).isEqualTo("Hello nick8, visit 3");
        assertThat(rxGreeting.blockingGet()).isEqualTo("Hello nick8, visit 4");
    }

    @Test
    void aSubscriberThatLeavesCancelsWhatIsAwaited() throws InterruptedException {
        var waiting = new CountDownLatch(2);
        var cancelled = new CountDownLatch(2);
        var reactor = mono(() -> awaitSingle(
                        Mono.never().doOnSubscribe(s -> waiting.countDown()).doOnCancel(cancelled::countDown)))
                .subscribe();
        var rx = single(() -> await(
                        Single.never().doOnSubscribe(s -> waiting.countDown()).doOnDispose(cancelled::countDown)))
                .subscribe();
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        reactor.dispose();
        rx.dispose();
        assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatTheBodyThrowsIsTheErrorAndNullIsEmpty() {
        var failure = new IOException("no disk");
        StepVerifier.create(mono(() -> {
                    throw failure;
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
        single(() -> {
                    throw failure;
                })
                .test()
                .awaitDone(20, TimeUnit.SECONDS)
                .assertError(failure);
        StepVerifier.create(mono(() -> (String) null)).verifyComplete();
        single(() -> (String) null).test().awaitDone(20, TimeUnit.SECONDS).assertError(NullPointerException.class);
    }

    // --- context

    @ParameterizedTest
    @MethodSource("backends")
    void theContextGoesAlong(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String traced = withContext("trace", "4711", () -> {
                Deferred<String> member = async(() -> "trace " + context().get("trace")); // a member sees it
                return member.await();
            });
            assertThat(traced).isEqualTo("trace 4711");
            assertThat(context().contains("trace")).isFalse();
        });
        Mono<String> seen =
                mono(() -> context().<String>get("user") + contextView().get("user"));
        StepVerifier.create(seen.contextWrite(Context.of("user", "ann")))
                .expectNext("annann")
                .verifyComplete();
        Mono<Boolean> same = Mono.deferContextual(view -> mono(() -> contextView() == view));
        StepVerifier.create(same.contextWrite(Context.of("user", "ann")))
                .expectNext(true)
                .verifyComplete();
        Mono<String> upstream = mono(() -> awaitSingle(Mono.deferContextual(c -> Mono.just(c.<String>get("user")))));
        StepVerifier.create(upstream.contextWrite(Context.of("user", "ann")))
                .expectNext("ann")
                .verifyComplete();
    }

    // --- which backend

    @Test
    void codeChoosesABackendForAScope() {
        String id = withBackend(new RxBackend(), () -> backend().id());
        assertThat(id).isEqualTo("rxjava");
        assertThat(mono(() -> backend().id()).block()).isEqualTo("reactor");
        assertThat(single(() -> backend().id()).blockingGet()).isEqualTo("rxjava");
    }

    // --- mistakes

    @Test
    void anAwaitOnAThreadThatMustNotBlockIsRefused() {
        Flux<Integer> ids = Flux.range(1, 3).publishOn(Schedulers.parallel());
        StepVerifier.create(ids.map(id -> awaitSingle(users.name(id))))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("awaitSingle would block the non-blocking thread parallel-")
                        .hasMessageContaining(": return mono(() -> …) or single(() -> …) here"));
        StepVerifier.create(Flux.just(1).publishOn(Schedulers.single()).map(id -> awaitSingle(users.name(id))))
                .verifyError(IllegalStateException.class);
        StepVerifier.create(ids.concatMap(id -> mono(() -> awaitSingle(users.name(id)))))
                .expectNext("user1", "user2", "user3")
                .verifyComplete();
    }

    @Test
    void theSameWithRxJava() {
        Single<Integer> id = Single.just(1).observeOn(io.reactivex.rxjava3.schedulers.Schedulers.computation());
        id.map(number -> await(users.nickname(number)))
                .test()
                .awaitDone(20, TimeUnit.SECONDS)
                .assertError(IllegalStateException.class);
        assertThat(id.flatMap(number -> single(() -> await(users.nickname(number))))
                        .blockingGet())
                .isEqualTo("nick1");
    }

    @Test
    void aRefusedAwaitHasNotSubscribed() {
        var subscribed = new CountDownLatch(1);
        Mono<String> name = users.name(1).doOnSubscribe(s -> subscribed.countDown());
        StepVerifier.create(Mono.just(1).publishOn(Schedulers.parallel()).map(id -> awaitSingle(name)))
                .verifyError(IllegalStateException.class);
        assertThat(subscribed.getCount()).isEqualTo(1);
    }

    @Test
    void blockInABodySeesNoContext() {
        Mono<String> lost = mono(() -> trace().block()); // none
        Mono<String> kept = mono(() -> awaitSingle(trace())); // that of the subscriber
        Context context = Context.of("trace", "4711");
        StepVerifier.create(lost.contextWrite(context)).expectNext("none").verifyComplete();
        StepVerifier.create(kept.contextWrite(context)).expectNext("4711").verifyComplete();
    }

    private static Mono<String> trace() {
        return Mono.deferContextual(view -> Mono.just(view.getOrDefault("trace", "none")));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void typesAreSaidWhereNothingImpliesThem(Backend backend) throws Exception {
        onEachBackend(
                backend,
                () -> withContext("trace", "4711", () -> {
                    String id = context().get("trace"); // println(context().get("trace")) does not compile
                    int sum = run(() -> group(calls -> calls.async(() -> 3).await())); // as above
                    stream((Emitter<Integer> out) -> out.emit(4))
                            .forEach(n -> log.add("n" + n)); // not: stream(out -> …)
                    assertThat(id + sum + log).isEqualTo("47113[n4]");
                }));
    }

    @Test
    void aRootEndsWithMain() throws Exception {
        assertThat(new Program(Forgetful.class).run()).containsExactly("main is over");
    }

    static final class Forgetful {
        public static void main(String[] args) throws InterruptedException {
            var begun = new CountDownLatch(1);
            async(() -> {
                begun.countDown();
                delay(Duration.ofHours(1));
                System.out.println("nobody waits for this");
            });
            begun.await();
            System.out.println("main is over");
        }
    }

    @Test
    void anAwaitOnAPlainThreadBlocksItUntilAnInterrupt() throws InterruptedException {
        var never = new CompletableFuture<String>();
        var ended = new CompletableFuture<Throwable>();
        Thread plain = Thread.ofPlatform().start(() -> {
            try {
                await(never);
            } catch (RuntimeException failure) {
                ended.complete(failure);
            }
        });
        plain.interrupt(); // before it waits or while it does
        assertThat(await(ended)).isInstanceOf(CancelledException.class);
        plain.join();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCoroutineThatNobodyAwaitsDoesNothing(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            coroutine(() -> brew("coffee")); // cold: nothing happens
            assertThat(log).isEmpty();
            async(() -> brew("coffee")).await();
            assertThat(log).containsExactly("coffee");
        });
    }

    @Test
    void startAndAwaitAtOnceIsOneAfterTheOther() {
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    String soup = async(() -> slow("soup")).await(); // nothing else runs meanwhile
                    String bread = async(() -> slow("bread")).await();
                    return soup + " and " + bread;
                }))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(2))
                .expectNext("soup and bread")
                .verifyComplete();
        StepVerifier.withVirtualTime(() -> mono(() -> {
                    Deferred<String> soup = async(() -> slow("soup"));
                    String bread = slow("bread"); // meanwhile
                    return soup.await() + " and " + bread;
                }))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(1))
                .expectNext("soup and bread")
                .verifyComplete();
    }

    private static String slow(String dish) {
        delay(Duration.ofSeconds(1));
        return dish;
    }

    @Test
    void aMonoThatIsAwaitedIsAnotherThread() {
        run(() -> {
            Thread mine = Thread.currentThread();
            assertThat(awaitSingle(mono(() -> Thread.currentThread()))).isNotSameAs(mine);
            assertThat(coroutine(() -> Thread.currentThread()).await()).isSameAs(mine);
        });
    }

    @Test
    void whatIsStartedOnAPlainThreadIsARootThatNobodyWaitsFor() throws InterruptedException {
        var go = new CompletableFuture<String>();
        var over = new CountDownLatch(1);
        Deferred<String> root = startOnAPlainThread(go, over);
        assertThat(root.isDone()).isFalse(); // the method that started it has returned
        go.complete("go");
        assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(root.await()).isEqualTo("go");
    }

    private static Deferred<String> startOnAPlainThread(CompletableFuture<String> go, CountDownLatch over) {
        return async(() -> {
            String said = await(go);
            over.countDown();
            return said;
        });
    }
}
