package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.examples.Project;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.EngineCounter;
import dev.weft.spi.Warning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The messages of {@code docs/guide/operating.md} that need no database and no process of their own. */
class OperatingGuideTest {
    private static final Duration LIMIT = Duration.ofMillis(100);

    private final BlockingQueue<Warning> warnings = new LinkedBlockingQueue<>();
    private final Hooks.Handle hook = Hooks.onWarning(warnings::add);
    private final Hooks.Handle watchdog = Hooks.watchdog(LIMIT);
    private final CompletableFuture<String> never = new CompletableFuture<>();

    @AfterEach
    void restore() {
        watchdog.close();
        hook.close();
    }

    /** {@return the next warning that contains this} */
    private Warning warned(String part) throws InterruptedException {
        for (; ; ) {
            Warning warning = warnings.poll(50, TimeUnit.SECONDS);
            assertThat(warning).as("a warning with: " + part).isNotNull();
            if (warning.message().contains(part)) return warning;
        }
    }

    /** A coroutine that waits is told of in these words; it is cancelled then. */
    private void waits(String words, Callable<?> body) throws InterruptedException {
        Deferred<?> waiting = withBackend(
                        new ReactorBackend(), () -> coroutine(body).named("a wait"))
                .start();
        Warning warning = warned(words);
        assertThat(warning.coroutine()).isEqualTo("a wait");
        assertThat(warning.kind()).isEqualTo(Warning.Kind.LONG_WAIT);
        assertThat(warning.toString())
                .contains("a wait has waited for more than 100 ms: ")
                .contains("\n  at dev.weft.examples.guide.OperatingGuideTest.");
        waiting.cancel();
    }

    /** Every message that the page explains, without what differs each time, is in a string of the sources. */
    @Test
    void thePageQuotesTheMessagesAsTheyAre() {
        String sources = strings(Project.ROOT.resolve("api/src/main/java"));
        List<String> parts = Pattern.compile("\\*\\*`([^`]+)`")
                .matcher(Project.text("docs/guide/operating.md"))
                .results()
                .flatMap(message ->
                        Pattern.compile("…|[,:;]|\\b[XYn]\\b|java\\.[\\w.]+").splitAsStream(message.group(1)))
                .map(part -> part.strip().replaceFirst("^which ", ""))
                .filter(part -> !part.isEmpty())
                .toList();
        assertThat(parts).hasSizeGreaterThan(25);
        assertThat(parts.stream().filter(part -> !sources.contains(part))).isEmpty();
    }

    /** {@return the sources below a folder, with strings in one piece that are written in several} */
    private static String strings(Path folder) {
        return Project.javaBelow(folder).stream()
                .map(file -> Project.text(file).replaceAll("\"\\)?\\s*\\+\\s*\"", ""))
                .collect(Collectors.joining());
    }

    // --- long waits

    @Test
    void whatASourceHasNotDone() throws InterruptedException {
        waits(", which has never called onSubscribe", () -> awaitSingle(Mono.<String>fromDirect(s -> {})));
        waits(
                ", which has a value of type java.lang.Integer, but not its end",
                () -> awaitSingle(Flux.just(1).concatWith(Mono.never())));
        waits(", which has given neither a value nor its end", () -> awaitSingle(Mono.never()));
        waits(", which has given no value", () -> awaitFirst(Flux.never()));
        waits(", which has not ended", () -> {
            awaitDone(Mono.never());
            return null;
        });
        waits("the next value of ", () -> {
            for (Object value : each(Flux.never())) assertThat(value).isNull();
            return null;
        });
    }

    @Test
    void whatAScopeWaitsFor() throws InterruptedException {
        waits("the end of what was started in its scope: ", () -> {
            group(g -> {
                g.async(() -> await(never));
            });
            return null;
        });
        waits("await of the coroutine ", () -> {
            Deferred<String> member = async(() -> await(never));
            return member.await();
        });
    }

    @Test
    void whatACallbackHasNotSaid() throws InterruptedException {
        waits("the callback, which has not called its Completion", () -> awaitCallback(done -> {}));
    }

    @Test
    void whatTheJdkBlocks() throws InterruptedException {
        var lock = new ReentrantLock();
        lock.lock();
        try {
            waits("in java.util.concurrent.locks.ReentrantLock.lockInterruptibly, blocked by ", () -> {
                lock.lockInterruptibly();
                return null;
            });
        } finally {
            lock.unlock();
        }
    }

    @Test
    void whatBlocksInsideASourceOrASubscriber() throws InterruptedException {
        var open = new CountDownLatch(1);
        waits(
                ", inside subscribe or request of ",
                () -> awaitSingle(
                        Mono.create(sink -> uninterruptibly(open)).flux().hide()));
        numbers().doOnNext(value -> uninterruptibly(open)).subscribe();
        warned(", in the code of its subscriber");
        open.countDown();
    }

    private static void uninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException cancelled) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private static Flux<Integer> numbers() {
        return flux(out -> {
            for (int n = 0; n < 3; n++) out.emit(n);
        });
    }

    @Test
    void demandThatHasNotCome() throws InterruptedException {
        var subscriber = new BaseSubscriber<Integer>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}
        };
        numbers().subscribe(subscriber);
        assertThat(warned("demand of its subscriber ").message())
                .contains("emit of ")
                .contains("that has not come");
        subscriber.cancel();
    }

    /** And how long that took, once it is over. */
    @Test
    void aCancelThatTakesLong() throws InterruptedException {
        var open = new CountDownLatch(1);
        Deferred<?> left = coroutine(() -> awaitSingle(Mono.never().doOnCancel(() -> uninterruptibly(open))))
                .named("left")
                .start();
        warned("left has waited for more than 100 ms: awaitSingle of ");
        left.cancel();
        warned("left has waited for more than 100 ms: in java.util.concurrent.CountDownLatch.await");
        open.countDown();
        Warning slow = warned(" had to wait");
        assertThat(slow.kind()).isEqualTo(Warning.Kind.SLOW_CANCEL);
        assertThat(slow.message()).matches("cancel\\(\\) of .* took \\d+ ms, for which .* had to wait");
    }

    // --- swallowed cancellations

    @Test
    void aFallbackThatRunsForACancellation() throws InterruptedException {
        var begun = new CountDownLatch(1);
        Deferred<String> quote = coroutine(() -> {
                    try {
                        begun.countDown();
                        return await(never);
                    } catch (RuntimeException failure) { // a CancelledException too
                        return "standard";
                    }
                })
                .named("quote")
                .start();
        begun.await();
        quote.cancel();
        Warning warning = warned("quote has ended normally, although it was cancelled");
        assertThat(warning.kind()).isEqualTo(Warning.Kind.SWALLOWED_CANCELLATION);
    }

    @Test
    void aLoopThatGoesOn() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var told = new CountDownLatch(1);
        Deferred<String> poll = coroutine(() -> {
                    while (told.getCount() > 0) {
                        try {
                            begun.countDown();
                            delay(Duration.ofMinutes(1));
                        } catch (RuntimeException failure) { // and again
                            assertThat(failure).isInstanceOf(CancelledException.class);
                        }
                    }
                    return "over";
                })
                .named("poll")
                .start();
        begun.await();
        poll.cancel();
        warned("poll is here again, although it was cancelled");
        told.countDown();
    }

    // --- late timeouts

    @Test
    void aBlockThatIgnoresItsTimeout() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        Deferred<?> late = coroutine(() -> withTimeout(Duration.ofMillis(1), () -> {
                    while (System.nanoTime() < end) Thread.onSpinWait(); // computes, without a checkpoint()
                    checkpoint();
                    return null;
                }))
                .named("computes")
                .start();
        Warning warning = warned("computes: a block ended ");
        assertThat(warning.kind()).isEqualTo(Warning.Kind.LATE_TIMEOUT);
        assertThat(warning.message()).contains(" timeout of PT0.001S");
        late.cancel();
    }

    // --- hooks and counters

    @Test
    void aHookForAlerts() throws InterruptedException {
        BlockingQueue<String> alerts = new LinkedBlockingQueue<>();
        Hooks.Handle alerting = Hooks.onWarning(warning -> alerts.add(warning.kind() + " in " + warning.coroutine()));
        Deferred<String> order = coroutine(() -> await(never)).named("order 7").start();
        while (!alerts.take().equals("LONG_WAIT in order 7"))
            assertThat(order.isDone()).isFalse();
        order.cancel();
        alerting.close(); // the hook that was there before is back
    }

    @Test
    void countersForAGauge() {
        Map<String, LongSupplier> gauges = new TreeMap<>();
        for (EngineCounter counter : EngineCounter.values()) gauges.put("weft." + counter.name(), counter::sum);
        long before = gauges.get("weft.DISCARDED").getAsLong();
        run(() -> {
            try (var rows = each(Flux.just("a", "b", "c"))) {
                assertThat(rows.next()).isEqualTo("a");
            }
        });
        assertThat(gauges.get("weft.DISCARDED").getAsLong()).isGreaterThanOrEqualTo(before + 2);
        assertThat(gauges).hasSize(9);
    }

    @Test
    void theHookForValuesWhereTheLibraryHasNone() {
        Queue<Object> discarded = new ConcurrentLinkedQueue<>();
        try (Hooks.Handle discards = Hooks.onDiscard(discarded::add)) {
            assertThat(discards).isNotNull();
            withBackend(new RxBackend(), () -> {
                try (var rows = dev.weft.rxjava.RxAsync.each(io.reactivex.rxjava3.core.Flowable.just("a", "b", "c"))) {
                    assertThat(rows.next()).isEqualTo("a");
                }
            });
        }
        assertThat(discarded).contains("b", "c");
    }

    @Test
    void aHangOfANamedRequestIsReportedTwice() throws InterruptedException {
        var request = mono(() ->
                        coroutine(() -> await(never)).named("order 7").start().await())
                .subscribe();
        List<String> twice = List.of("order 7 has waited for more than 100 ms: ", "await of the coroutine order 7");
        for (var missing = new ArrayList<>(twice); !missing.isEmpty(); ) {
            Warning warning = warned("");
            missing.removeIf(warning.message()::contains);
        }
        request.dispose();
    }

    // --- exceptions

    @Test
    void whatIsRefused() {
        run(() -> {
            refused("no withTimeout around this code", () -> resetTimeout(LIMIT));
            refused("no such key in the context: trace", () -> context().get("trace"));
            refused("completed without a value", () -> awaitSingle(Mono.empty()));
            refused("the source has more than one value", () -> awaitSingle(Flux.just(1, 2)));
            refused(
                    "emit from outside the generator's coroutine",
                    () -> stream(out -> async(() -> out.emit(1)).await()).collect(1));
            refused(
                    "emit(null), but a stream has no nulls",
                    () -> stream(out -> out.emit(null)).collect(1));
            group(calls -> {
                refused(
                        "started from outside the scope, or after its end",
                        () -> elsewhere(() -> calls.async(() -> await(never))));
            });
            try (var values = each(Flux.just(1, 2))) {
                refused(
                        "from another thread: a loop belongs to the coroutine that opened it",
                        () -> async(() -> values.next()).await());
            }
            awaitCallback(done -> {
                done.onCancel(() -> {});
                refused("onCancel is set already", () -> done.onCancel(() -> {}));
                done.resume("once");
                refused("already resumed", () -> done.resume("twice"));
            });
        });
    }

    private static void refused(String message, ThrowingCallable misuse) {
        assertThatThrownBy(misuse).hasMessageContaining(message);
    }

    /** On a plain thread. What it throws is thrown here. */
    private static void elsewhere(Runnable action) {
        await(CompletableFuture.runAsync(action, task -> Thread.ofPlatform().start(task)));
    }

    @Test
    void aRequestHasANameInADump() {
        String name = mono(() -> coroutine(() -> Thread.currentThread().getName())
                        .named("order 7")
                        .start()
                        .await())
                .block();
        assertThat(name).startsWith("order 7");
    }
}
