package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.owned;
import static dev.weft.Async.race;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.using;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withDiscard;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withoutInterrupts;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.Outcome;
import dev.weft.Supervisor;
import dev.weft.TaskGroup;
import dev.weft.examples.Program;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** The code and the claims of {@code docs/guide/scopes-and-cancellation.md}. */
class ScopesGuideTest extends GuideTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration STEP = Duration.ofMillis(1);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> never = new CompletableFuture<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws InterruptedException {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            withBackend(backend, () -> Watchers.main(new String[0]));
        } finally {
            System.setOut(before);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines)
                .contains(
                        "stopped watching Rome: that is enough",
                        "stopped watching Oslo: that is enough",
                        "nobody watches any more")
                .endsWith("nobody watches any more");
    }

    // --- scopes and members

    @ParameterizedTest
    @MethodSource("backends")
    void aMemberThatFailsIsThrownByTheScopeAndLeavesTheOthersAlone(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var failure = new IllegalStateException("burnt");
            var failed = new CountDownLatch(1);
            assertThatThrownBy(() -> run(() -> {
                        async(() -> {
                            failed.countDown();
                            throw failure;
                        });
                        async(() -> {
                            failed.await();
                            delay(STEP);
                            log.add("soup");
                        });
                    }))
                    .isSameAs(failure);
            assertThat(log).containsExactly("soup");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aBodyThatFailsCancelsTheMembers(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            assertThatThrownBy(() -> run(() -> {
                        async(() -> {
                            begun.countDown();
                            return noted(() -> await(never));
                        });
                        begun.await();
                        throw new IOException("no power");
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(log).hasSize(1).first().asString().startsWith("cancelled");
        });
    }

    private String noted(Callable<String> body) throws Exception {
        try {
            return body.call();
        } catch (CancelledException cancelled) {
            log.add(cancelled.getMessage());
            throw cancelled;
        }
    }

    // --- handles

    @ParameterizedTest
    @MethodSource("backends")
    void aHandleIsCancelledWithAReason(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> report = async(() -> await(never));
            report.cancel("nobody reads it"); // returns at once
            assertThatThrownBy(report::await)
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("the awaited coroutine was cancelled: nobody reads it");
            assertThat(report.state()).isEqualTo(Deferred.State.CANCELLED);
            assertThat(describe(report.outcome())).isEqualTo("cancelled: nobody reads it");
            assertThat(report.cancel()).isFalse();
            checkpoint(); // the one who awaited is not cancelled by that
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anAwaitAfterACancelWaitsForTheCleanUp(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            Deferred<String> task = async(() -> {
                begun.countDown();
                try {
                    return await(never);
                } finally {
                    shielded(() -> release("tea"));
                }
            });
            begun.await();
            task.cancel();
            assertThatThrownBy(task::await).isInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("released tea");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aMemberThatItsHandleCancelsIsNoFailureOfTheGroup(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String dish = group(calls -> {
                calls.async(() -> await(never)).cancel();
                return cook("soup");
            });
            assertThat(dish).isEqualTo("warm soup");
        });
    }

    private static String describe(Outcome<String> outcome) {
        return switch (outcome) {
            case Outcome.Success<String> success -> success.value();
            case Outcome.Failure<String> failure -> "failed: " + failure.error().getMessage();
            case Outcome.Cancelled<String> cancelled -> "cancelled: " + cancelled.reason();
        };
    }

    @ParameterizedTest
    @MethodSource("backends")
    void givingUpAWaitDoesNotCancelWhatWasStarted(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var ready = new CompletableFuture<String>();
            Deferred<String> soup = async(() -> await(ready));
            assertThatThrownBy(() -> withTimeout(STEP, () -> soup.await())).isInstanceOf(TimeoutException.class);
            ready.complete("soup");
            assertThat(soup.await()).isEqualTo("soup");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aHandleHasManyForms(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> soup = async(() -> cook("soup"));
            CompletableFuture<String> future = soup.toCompletableFuture();
            var told = new CompletableFuture<String>();
            soup.whenComplete((result, failure) -> told.complete(result));
            assertThat(await(future)).isEqualTo("warm soup");
            assertThat(await(told)).isEqualTo("warm soup");
            assertThat(awaitSingle((Mono<?>) soup.as(Mono.class))).isEqualTo("warm soup");
        });
    }

    private static String cook(String dish) {
        delay(STEP);
        return "warm " + dish;
    }

    private static String burn(String dish) {
        delay(STEP);
        throw new IllegalStateException(dish + " is burnt");
    }

    // --- several at once

    @ParameterizedTest
    @MethodSource("backends")
    void severalAtOnce(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            List<String> both = gather(coroutine(() -> cook("soup")), coroutine(() -> cook("rice")));
            List<String> each = mapConcurrent(List.of("tea", "milk"), 8, dish -> cook(dish)); // 8 at a time
            List<Outcome<String>> settled = gatherSettled(coroutine(() -> cook("soup")), coroutine(() -> burn("rice")));
            assertThat(both).containsExactly("warm soup", "warm rice");
            assertThat(each).containsExactly("warm tea", "warm milk");
            assertThat(settled).map(outcome -> describe(outcome)).containsExactly("warm soup", "failed: rice is burnt");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theLoserOfARaceHasEndedWhenTheRaceReturns(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var asked = new CountDownLatch(1);
            String fastest = race(
                    coroutine(() -> {
                        asked.countDown();
                        return noted(() -> await(never)); // cancelled, and over when race returns
                    }),
                    coroutine(() -> {
                        asked.await();
                        return "mirror";
                    }));
            assertThat(fastest).isEqualTo("mirror");
            assertThat(log).containsExactly("cancelled: another runner has won");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aRaceStartsNoMoreOnceOneHasWon(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String first = race(awaitable(Mono.just("ready")), coroutine(() -> {
                log.add("started");
                return "late";
            }));
            assertThat(first).isEqualTo("ready");
            assertThat(log).isEmpty();
        });
    }

    @Test
    void aSourceInAGroupHasNoThread() {
        Mono<String> thread = Mono.fromCallable(() -> Thread.currentThread().getName());
        String seen = run(() -> group(calls -> {
            Deferred<String> member = calls.start(awaitable(thread)); // a subscription, no coroutine
            assertThat(member.await()).isEqualTo(Thread.currentThread().getName());
            return member.await();
        }));
        assertThat(seen).startsWith("coroutine-");
    }

    // --- cancellation is sticky

    @ParameterizedTest
    @MethodSource("backends")
    void aCancellationStays(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> swallowing())).isInstanceOf(TimeoutException.class);
            assertThat(log).containsExactly("caught cancelled: a timeout of PT0.02S");
        });
    }

    private String swallowing() {
        try {
            await(never);
        } catch (CancelledException cancelled) {
            log.add("caught " + cancelled.getMessage());
        }
        return cook("soup"); // throws CancelledException again
    }

    // --- clean-up

    @ParameterizedTest
    @MethodSource("backends")
    void cleanUpThatAwaitsIsShielded(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> pay("tea"))).isInstanceOf(TimeoutException.class);
            assertThat(log).containsExactly("reserved tea", "released tea");
        });
    }

    private String pay(String item) {
        log.add("reserved " + item);
        try {
            return await(never); // the bank does not answer
        } finally {
            shielded(() -> release(item)); // awaits, although the coroutine is cancelled
        }
    }

    private void release(String item) {
        delay(STEP);
        log.add("released " + item);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void cleanUpWithoutAShieldDoesNotHappen(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> {
                        try {
                            return await(never);
                        } finally {
                            release("tea"); // throws at its first await
                        }
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(log).isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theResultOfAShieldIsReturned(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> {
                        log.add(shielded(() -> cook("soup")));
                        checkpoint();
                        return "not reached";
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(log).containsExactly("warm soup");
        });
    }

    // --- resources

    private record Connection(Queue<String> log) implements AutoCloseable {
        CompletableFuture<String> query(String sql) {
            return CompletableFuture.supplyAsync(() -> "rows of " + sql);
        }

        @Override
        public void close() {
            log.add("closed");
        }
    }

    private CompletableFuture<Connection> connect() {
        return CompletableFuture.supplyAsync(() -> new Connection(log));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aResourceIsAcquiredWithALimitAndReleased(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            String rows = using(
                    Duration.ofSeconds(10), // for getting a connection
                    () -> await(connect()),
                    connection -> connection.close(), // shielded; may await
                    connection -> await(connection.query("select 1")));
            assertThat(rows).isEqualTo("rows of select 1");
            assertThat(log).containsExactly("closed");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aResourceThatComesTooLateIsReleased(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var late = new CompletableFuture<Connection>();
            var closed = new CompletableFuture<String>();
            assertThatThrownBy(() -> using(
                            SHORT,
                            () -> await(late),
                            connection -> {
                                connection.close();
                                closed.complete("closed");
                            },
                            connection -> log.add("used")))
                    .isInstanceOf(TimeoutException.class);
            late.complete(new Connection(log));
            assertThat(await(closed)).isEqualTo("closed");
            assertThat(log).containsExactly("closed");
        });
    }

    // --- interrupts

    @ParameterizedTest
    @MethodSource("backends")
    void aBlockingCallIsInterrupted(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            BlockingQueue<String> orders = new LinkedBlockingQueue<>();
            assertThatThrownBy(() -> withTimeout(SHORT, () -> orders.take()))
                    .isInstanceOf(TimeoutException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoSwallowsAnInterruptHidesTheTimeout(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            BlockingQueue<String> orders = new LinkedBlockingQueue<>();
            assertThat(hidden(orders)).isEqualTo("nothing");
            assertThatThrownBy(() -> withTimeout(SHORT, () -> next(orders))).isInstanceOf(TimeoutException.class);
            Thread.currentThread().interrupt(); // from elsewhere: no cancellation
            assertThat(next(orders)).isEqualTo("nothing");
        });
    }

    private static String hidden(BlockingQueue<String> orders) throws TimeoutException {
        return withTimeout(Duration.ofMillis(20), () -> {
            try {
                return orders.take();
            } catch (InterruptedException interrupted) { // the timeout
                return "nothing";
            }
        });
    }

    private static String next(BlockingQueue<String> orders) {
        try {
            return orders.take();
        } catch (InterruptedException interrupted) {
            rethrowCancellation(interrupted);
            return "nothing";
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void codeThatMustNotBeInterruptedIsNot(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            var disk = new CountDownLatch(1);
            Deferred<Void> writer = async(() -> {
                withoutInterrupts(() -> {
                    begun.countDown();
                    disk.await(); // such as channel.write(buffer)
                    log.add("written");
                });
                delay(Duration.ofHours(1)); // throws: the coroutine is cancelled as ever
            });
            begun.await();
            writer.cancel("shutdown");
            disk.countDown();
            assertThatThrownBy(writer::await).isInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("written");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anInterruptOfTheCallerCancelsRun(Backend backend) throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new AtomicReference<Boolean>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                withBackend(
                        backend,
                        () -> run(() -> {
                            begun.countDown();
                            return noted(() -> await(never));
                        }));
            } catch (CancelledException cancelled) {
                interrupted.set(Thread.currentThread().isInterrupted());
            } catch (Exception unexpected) {
                log.add(unexpected.toString());
            }
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        caller.join();
        assertThat(interrupted.get()).isTrue();
        assertThat(log).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aForeignInterruptIsAFailure(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var thread = new CompletableFuture<Thread>();
            Deferred<String> worker = async(() -> {
                thread.complete(Thread.currentThread());
                return await(never);
            });
            await(thread).interrupt();
            assertThatThrownBy(worker::await).isInstanceOf(CancelledException.class);
            assertThat(worker.state()).isEqualTo(Deferred.State.FAILED);
        });
    }

    // --- values that nobody receives

    @ParameterizedTest
    @MethodSource("backends")
    void aResultThatNobodyHasReadIsDiscarded(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var failure = new IOException("no configuration");
            assertThatThrownBy(() -> report(() -> {
                        connected.await();
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(log).containsExactly("closed");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aResultThatWasReadIsNotDiscarded(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThat(report(() -> "select 1")).isEqualTo("rows of select 1");
            assertThat(log).isEmpty();
        });
    }

    private String report(Callable<String> configuration) throws Exception {
        return withDiscard(
                Connection.class,
                Connection::close,
                () -> group(calls -> {
                    Deferred<Connection> connection = calls.async(() -> open());
                    String sql = configuration.call(); // if this throws, nobody reads the connection: it is closed
                    return await(connection.await().query(sql));
                }));
    }

    private Connection open() {
        connected.countDown();
        return new Connection(log);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theValueOfALoserIsDiscarded(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var opened = new ConcurrentLinkedQueue<Connection>();
            Queue<Connection> closed = new ConcurrentLinkedQueue<>();
            Connection fastest = withDiscard(
                    Connection.class,
                    loser -> closed.add(loser),
                    () -> race(coroutine(() -> open(opened)), coroutine(() -> open(opened))));
            assertThat(opened).hasSize(closed.size() + 1).containsAll(closed);
            assertThat(opened.stream().anyMatch(one -> one == fastest)).isTrue();
            assertThat(closed.stream().noneMatch(one -> one == fastest)).isTrue();
        });
    }

    private static Connection open(Queue<Connection> opened) {
        delay(STEP);
        var connection = new Connection(new ConcurrentLinkedQueue<>());
        opened.add(connection);
        return connection;
    }

    @Test
    void withoutAHookOfItsOwnTheProcessesHookIsTold() {
        Queue<Object> discarded = new ConcurrentLinkedQueue<>();
        try (Hooks.Handle hook = Hooks.onDiscard(discarded::add)) {
            assertThat(hook).isNotNull();
            withBackend(
                    new RxBackend(),
                    () -> assertThatThrownBy(() -> group(calls -> {
                                var done = new CountDownLatch(1);
                                calls.async(() -> {
                                    done.countDown();
                                    return "unread";
                                });
                                done.await();
                                throw new IOException("broken");
                            }))
                            .isInstanceOf(IOException.class));
        }
        assertThat(discarded).containsExactly("unread");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void anOwnedFutureIsCancelledWithItsAwait(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var shared = new CompletableFuture<String>();
            var mine = new CompletableFuture<String>();
            assertThatThrownBy(() -> withTimeout(SHORT, () -> await(shared))).isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> withTimeout(SHORT, () -> await(owned(mine))))
                    .isInstanceOf(TimeoutException.class);
            assertThat(shared.isCancelled()).isFalse(); // others may wait for it
            assertThat(mine.isCancelled()).isTrue();
        });
    }

    // --- members that do not end

    @ParameterizedTest
    @MethodSource("backends")
    void aGroupMayBeLeftWithoutAMemberThatDoesNotEnd(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            group(calls -> {
                calls.detachAfter(SHORT); // counted from when the group is cancelled
                calls.async(() -> nativeCall(begun, end));
                begun.await();
                calls.cancel("shutdown");
            });
            assertThat(ended).isNotDone();
            end.countDown();
            assertThat(await(ended)).isEqualTo("ended");
        });
    }

    private void nativeCall(CountDownLatch begun, CountDownLatch end) {
        begun.countDown();
        while (true) {
            try {
                end.await();
                ended.complete("ended");
                return;
            } catch (InterruptedException interrupted) {
                log.add("takes no notice of an interrupt");
            }
        }
    }

    // --- mistakes

    @ParameterizedTest
    @MethodSource("backends")
    void aGroupMayNotBeUsedAfterItWasLeft(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var kept = new AtomicReference<TaskGroup>();
            group(calls -> {
                kept.set(calls);
            });
            assertThatThrownBy(() -> kept.get().async(() -> cook("soup")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("started from outside the scope, or after its end");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCoroutineMayNotAwaitItself(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var self = new CompletableFuture<Deferred<String>>();
            Deferred<String> task = async(() -> await(self).await());
            self.complete(task);
            assertThatThrownBy(task::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a coroutine awaits itself, or one that waits for its end");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aLoopThatComputesLooksForItsCancellation(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> withTimeout(SHORT, () -> {
                        for (long number = 1; ; number++) {
                            checkpoint(); // without it, nothing ends this loop
                            if (isPerfect(number) && number > 1_000_000) return number;
                        }
                    }))
                    .isInstanceOf(TimeoutException.class);
        });
    }

    private static boolean isPerfect(long number) {
        return number < 0;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aGroupWithAResultThrowsWhenItIsCancelled(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            assertThatThrownBy(() -> {
                        String first = group(calls -> {
                            calls.cancel("shutdown");
                            return await(never);
                        });
                        log.add(first);
                    })
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("cancelled: shutdown");
            group(calls -> {
                calls.cancel("shutdown");
                await(never);
            });
            assertThat(log).isEmpty();
        });
    }

    // --- members that serve the others

    @ParameterizedTest
    @MethodSource("backends")
    void aDaemonEndsWithTheRest(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var kept = new CountDownLatch(1);
            String result = imported(kept);
            assertThat(result).isEqualTo("42 rows");
            assertThat(log).contains("keep alive");
        });
    }

    private String imported(CountDownLatch kept) throws InterruptedException {
        return group(work -> {
            work.daemon(() -> {
                while (true) {
                    log.add("keep alive");
                    kept.countDown();
                    delay(Duration.ofSeconds(10));
                }
            });
            return importAll(kept); // when it returns, the group ends the daemon
        });
    }

    private static String importAll(CountDownLatch kept) throws InterruptedException {
        kept.await();
        return "42 rows";
    }

    // --- cancelling from anywhere

    @ParameterizedTest
    @MethodSource("backends")
    void aButtonCancelsWhatItHasStarted(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var begun = new CountDownLatch(1);
            Thread user = Thread.ofPlatform().start(() -> {
                awaitUninterruptibly(begun);
                stopPressed();
            });
            search(begun);
            assertThat(log).containsExactly("searched: the user has pressed stop");
            user.join();
        });
    }

    private final AtomicReference<TaskGroup> running = new AtomicReference<>();

    private void search(CountDownLatch begun) {
        group(work -> {
            running.set(work);
            work.async(() -> searchEverywhere(begun));
        }); // returns when all has ended, also after a cancel
    }

    private void stopPressed() { // on the thread of the window
        TaskGroup work = running.get();
        if (work != null) work.cancel("the user has pressed stop");
    }

    private void searchEverywhere(CountDownLatch begun) {
        begun.countDown();
        try {
            await(never);
        } catch (CancelledException cancelled) {
            log.add("searched: " + cancelled.reason());
            throw cancelled;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    // --- work that outlives its caller

    @ParameterizedTest
    @MethodSource("backends")
    void aMailIsSentAfterTheAnswer(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            try (Supervisor mails = opened()) {
                assertThat(run(() -> withContext("trace", "t1", () -> order(mails, "tea"))))
                        .isEqualTo("ordered tea");
                order(mails, "");
                while (log.size() < 2) delay(Duration.ofMillis(1)); // closing would cancel them
            }
            assertThat(log).containsExactlyInAnyOrder("tea is on its way, t1", "mail about : nothing was ordered");
            Supervisor closed = opened();
            closed.close();
            assertThatThrownBy(() -> order(closed, "late"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the supervisor mails is closed and starts nothing more");
        });
    }

    private Supervisor opened() {
        return Supervisor.open("mails", (mail, failure) -> log.add(mail + ": " + failure.getMessage()));
    }

    private String order(Supervisor mails, String item) {
        mails.launch("mail about " + item, () -> send(item));
        return "ordered " + item; // does not wait for the mail
    }

    private void send(String item) {
        if (item.isEmpty()) throw new IllegalArgumentException("nothing was ordered");
        log.add(item + " is on its way, " + context().get("trace"));
    }

    // --- the end of the program

    @Test
    void aServiceCleansUpWhenItIsAskedToEnd() throws Exception {
        assertThat(new Program(Service.class).stop(143)).containsExactly("open", "closing: SIGTERM", "closed");
    }
}
