package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Dispatcher;
import dev.weft.Outcome;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The pieces of code in the guide for those who come from asyncio. */
class FromAsyncioTest {
    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    // guide: an async def
    static String cook(String dish) {
        delay(Duration.ofMillis(5));
        return dish;
    }

    static String burn(String dish) {
        throw new IllegalStateException(dish + " is burnt");
    }

    @Test
    void aTask() {
        String dinner = run(() -> {
            var soup = async(() -> cook("soup")); // create_task
            String bread = cook("bread"); // await, meanwhile
            return soup.await() + " and " + bread;
        });
        assertThat(dinner).isEqualTo("soup and bread");
    }

    @Test
    void gatherWithAndWithoutExceptions() {
        List<String> dishes = List.of("soup", "rice");
        List<String> served = run(() -> mapConcurrent(dishes, 10, FromAsyncioTest::cook));
        List<Outcome<String>> all =
                run(() -> gatherSettled(coroutine(() -> cook("soup")), coroutine(() -> burn("rice"))));
        assertThat(served).containsExactly("soup", "rice");
        assertThat(all.get(0)).isEqualTo(new Outcome.Success<>("soup"));
        assertThat(all.get(1)).isInstanceOf(Outcome.Failure.class);
        assertThatThrownBy(() -> run(() -> gather(coroutine(() -> cook("soup")), coroutine(() -> burn("rice")))))
                .hasMessage("rice is burnt");
    }

    @Test
    void asCompleted() {
        List<String> dishes = List.of("stew", "salad");
        var oven = new CompletableFuture<String>();
        AsyncStream.from(dishes)
                .mapConcurrentUnordered(10, dish -> dish.equals("stew") ? await(oven) : dish)
                .forEach(dish -> {
                    log.add(dish);
                    oven.complete("stew");
                });
        assertThat(log).containsExactly("salad", "stew");
    }

    @Test
    void waitForTheFirst() {
        var oven = new CompletableFuture<String>();
        run(() -> {
            var stew = async(() -> await(oven));
            var salad = async(() -> cook("salad"));
            await(CompletableFuture.anyOf(stew.toCompletableFuture(), salad.toCompletableFuture()));
            log.add(salad.await()); // done; and the stew goes on
            oven.complete("stew");
            log.add(stew.await());
        });
        assertThat(log).containsExactly("salad", "stew");
    }

    @Test
    void waitForTheFirstFailure() {
        var oven = new CompletableFuture<String>();
        run(() -> {
            var stew = async(() -> await(oven));
            var rice = async(() -> burn("rice"));
            assertThatThrownBy(() -> gather(stew, rice)).hasMessage("rice is burnt");
            oven.complete("stew"); // which goes on
            log.add(stew.await());
        });
        assertThat(log).containsExactly("stew");
    }

    @Test
    void aTaskGroup() {
        assertThatThrownBy(() -> run(() -> group(kitchen -> {
                    var soup = kitchen.async(() -> cook("soup"));
                    kitchen.async(() -> burn("rice")); // cancels the soup, and is thrown by the group
                    return soup.await();
                })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("rice is burnt");
    }

    @Test
    void aTimeout() {
        var never = new CompletableFuture<String>();
        String dish = run(() -> {
            try {
                return withTimeout(Duration.ofMillis(20), () -> await(never));
            } catch (TimeoutException tooLate) {
                return "bread";
            }
        });
        assertThat(dish).isEqualTo("bread");
    }

    @Test
    void aCancelledTask() throws InterruptedException {
        var started = new CountDownLatch(1);
        run(() -> {
            var waiting = async(() -> {
                try {
                    started.countDown();
                    delay(Duration.ofHours(1));
                } finally {
                    shielded(() -> log.add(cook("leftovers"))); // a plain await would throw at once
                }
            });
            started.await();
            waiting.cancel();
            assertThatThrownBy(waiting::await).isInstanceOf(CancelledException.class);
        });
        assertThat(log).containsExactly("leftovers");
    }

    @Test
    void aTaskInTheBackground() {
        String dinner = run(() -> {
            var ticker = async(() -> {
                while (true) delay(Duration.ofMillis(1));
            });
            try {
                return cook("soup");
            } finally {
                ticker.cancel(); // without it, run does not return
            }
        });
        assertThat(dinner).isEqualTo("soup");
    }

    @Test
    void aTaskThatIsCancelledBeforeItHasBegun() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "Dispatcher.on needs JDK 24");
        try (ExecutorService loop = Executors.newSingleThreadExecutor()) {
            var busy = new CountDownLatch(1);
            loop.execute(() -> {
                try {
                    busy.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            var late = coroutine(() -> {
                        try {
                            log.add("body");
                        } finally {
                            log.add("finally");
                        }
                    })
                    .on(Dispatcher.on(loop))
                    .start();
            late.cancel();
            busy.countDown();
            assertThat(gatherSettled(late).get(0)).isInstanceOf(Outcome.Cancelled.class);
            assertThat(log).isEmpty();
        }
    }

    @Test
    void wordsOfATask() {
        var open = new CompletableFuture<String>();
        run(() -> {
            var soup = coroutine(
                            () -> await(open) + " by " + Thread.currentThread().getName())
                    .named("soup")
                    .start();
            assertThat(soup.outcome()).isNull();
            open.complete("cooked");
            assertThat(soup.await()).isEqualTo("cooked by soup");
            assertThat(soup.outcome()).isEqualTo(new Outcome.Success<>("cooked by soup"));
        });
    }

    @Test
    void aFutureIsCancelledOnlyIfItIsOwned() {
        var shared = new CompletableFuture<String>();
        var mine = new CompletableFuture<String>();
        assertThatThrownBy(() -> withTimeout(Duration.ofMillis(1), () -> await(shared)))
                .isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> withTimeout(Duration.ofMillis(1), () -> await(owned(mine))))
                .isInstanceOf(TimeoutException.class);
        assertThat(shared.isCancelled()).isFalse();
        assertThat(mine.isCancelled()).isTrue();
    }

    @Test
    void theEndOfAStream() {
        AsyncStream<String> courses = stream(out -> out.emit("soup"));
        run(() -> {
            try (var values = courses.each()) {
                assertThat(values.next()).isEqualTo("soup");
                assertThat(values.hasNext()).isFalse();
                assertThatThrownBy(values::next).isInstanceOf(NoSuchElementException.class);
            }
        });
    }

    @Test
    void cancellationStays() throws InterruptedException {
        run(() -> {
            var started = new CountDownLatch(1);
            var stubborn = async(() -> {
                started.countDown();
                try {
                    delay(Duration.ofHours(1));
                } catch (CancelledException swallowed) {
                    log.add("swallowed");
                }
                return cook("soup"); // throws CancelledException
            });
            started.await();
            stubborn.cancel();
            assertThatThrownBy(stubborn::await).isInstanceOf(CancelledException.class);
        });
        assertThat(log).containsExactly("swallowed");
    }

    @Test
    void aShieldThatIsNotWaitedFor() {
        group(background -> {
            var soup = background.async(() -> cook("soup"));
            assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> soup.await()))
                    .isInstanceOf(TimeoutException.class);
            log.add(soup.await()); // it was not cancelled
        });
        assertThat(log).containsExactly("soup");
    }

    @Test
    void aQueue() throws Exception {
        var orders = new ArrayBlockingQueue<String>(2); // Queue(maxsize=2)
        var open = new CountDownLatch(3);
        group(kitchen -> {
            kitchen.async(() -> {
                while (true) {
                    log.add(cook(orders.take()));
                    open.countDown(); // task_done
                }
            });
            for (String dish : List.of("soup", "rice", "stew")) orders.put(dish);
            open.await(); // join
            kitchen.cancel();
        });
        assertThat(log).containsExactly("soup", "rice", "stew");
    }

    @Test
    void aSemaphore() {
        var stoves = new Semaphore(2);
        var busy = new AtomicInteger();
        var cooking = coroutine(() -> {
            stoves.acquire();
            try {
                int now = busy.incrementAndGet();
                cook("soup");
                busy.decrementAndGet();
                return now;
            } finally {
                stoves.release();
            }
        });
        List<Integer> atOnce = gather(Collections.nCopies(10, cooking));
        assertThat(atOnce).hasSize(10).allMatch(n -> n <= 2);
    }

    @Test
    void aCondition() throws InterruptedException {
        var lock = new ReentrantLock();
        var ready = lock.newCondition();
        run(() -> {
            var waiter = async(() -> {
                lock.lockInterruptibly();
                try {
                    while (log.isEmpty()) ready.await();
                    return log.peek();
                } finally {
                    lock.unlock();
                }
            });
            lock.lockInterruptibly();
            try {
                log.add(cook("soup"));
                ready.signalAll();
            } finally {
                lock.unlock();
            }
            assertThat(waiter.await()).isEqualTo("soup");
        });
    }

    @Test
    void otherThreads() {
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            long count = run(() -> await(CompletableFuture.supplyAsync(() -> primesBelow(100), pool)));
            assertThat(count).isEqualTo(25);
        }
    }

    private static long primesBelow(int limit) {
        return IntStream.range(2, limit)
                .filter(n -> IntStream.range(2, n).allMatch(d -> n % d != 0))
                .count();
    }

    @Test
    void fromAnotherThread() {
        var bell = new CompletableFuture<String>();
        Thread.ofPlatform().start(() -> bell.complete("ding"));
        assertThat(run(() -> await(bell))).isEqualTo("ding");
    }

    @Test
    void anAsyncGenerator() {
        var closed = new CompletableFuture<String>();
        AsyncStream<String> courses = stream(out -> {
            try {
                for (String dish : List.of("soup", "rice", "stew")) out.emit(cook(dish)); // yield
            } finally {
                closed.complete("kitchen closed");
            }
        });
        run(() -> {
            try (var served = courses.each()) { // aclosing
                for (String dish : served) { // async for
                    log.add(dish);
                    if (dish.equals("rice")) break;
                }
            }
            log.add(await(closed)); // close does not wait for it
        });
        assertThat(log).containsExactly("soup", "rice", "kitchen closed");
    }

    // guide: async with
    record Table(Queue<String> log) implements AutoCloseable {
        static Table reserve(Queue<String> log) { // __aenter__
            log.add(cook("table laid"));
            return new Table(log);
        }

        @Override
        public void close() { // __aexit__
            shielded(() -> log.add(cook("table cleared")));
        }
    }

    @Test
    void anAsyncWith() {
        assertThatThrownBy(() -> run(() -> {
                    try (var table = Table.reserve(log)) {
                        table.log().add("served");
                        withTimeout(Duration.ofMillis(20), () -> delay(Duration.ofHours(1)));
                    }
                }))
                .isInstanceOf(TimeoutException.class);
        assertThat(log).containsExactly("table laid", "served", "table cleared");
    }

    @Test
    void contextVariables() {
        withContext("guest", "ann", () -> {
            var child = async(() -> context().get("guest") + " has " + cook("soup"));
            log.add(child.await());
        });
        assertThat(context().contains("guest")).isFalse();
        assertThat(log).containsExactly("ann has soup");
    }

    @Test
    void anEventLoop() {
        assumeTrue(Runtime.version().feature() >= 24, "Dispatcher.on needs JDK 24");
        try (ExecutorService loop = Executors.newSingleThreadExecutor()) {
            int[] eaten = {0}; // needs no lock
            var bite = coroutine(() -> {
                cook("bite");
                return ++eaten[0];
            });
            var meal = coroutine(() -> gather(Collections.nCopies(100, bite)));
            run(() -> meal.on(Dispatcher.on(loop)).await());
            assertThat(eaten[0]).isEqualTo(100);
        }
    }

    @Test
    void whereAFailureWasAwaited() {
        assertThatThrownBy(() -> run(() -> async(() -> burn("rice")).await()))
                .satisfies(failure -> assertThat(failure.getSuppressed()[0]).hasMessage("awaited at"));
    }
}
