package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.race;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withTimeoutOrNull;

import dev.weft.Async;
import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/** Whole programs with several parts, as people write them. */
final class WholePrograms extends Programs {
    private static final Duration HOUR = Duration.ofHours(1);

    WholePrograms(Stage stage) {
        super(stage);
    }

    void aPageIsMadeOfSeveralQueries() throws Exception {
        note(
                "page",
                withContext(
                        "tenant",
                        "acme",
                        () -> withTimeout(HOUR, () -> {
                            Deferred<String> user =
                                    async(() -> "user of " + Async.context().get("tenant"));
                            List<Object> orders =
                                    gather(awaitable(ready("order 1")), awaitable(exported(() -> "order 2")));
                            return user.await() + " " + orders;
                        })));
    }

    void aTransactionRollsBackInAShield() {
        List<String> log = new ArrayList<>();
        attempt("transaction", () -> {
            log.add("begin");
            try {
                await(awaitable(failed(new IOException("constraint"))));
                log.add("commit");
            } catch (RuntimeException failure) {
                shielded(() -> log.add("rollback " + await(awaitable(ready("done")))));
                throw failure;
            }
            return null;
        });
        note("log", log);
    }

    void aRetryLoopGivesUpInTheEnd() {
        attempt("retry", () -> {
            for (int tries = 1; ; tries++) {
                try {
                    return await(awaitable(failed(new IOException("try " + tries))), IOException.class);
                } catch (IOException failure) {
                    note("failed", failure);
                    if (tries == 3) throw failure;
                    delay(Duration.ofMillis(tries));
                }
            }
        });
    }

    void aQueueOfTheJdkConnectsCoroutines() throws InterruptedException {
        var queue = new ArrayBlockingQueue<Integer>(2);
        note("sum", group(members -> {
            members.async(() -> {
                for (int n = 1; n <= 20; n++) queue.put(n);
                queue.put(-1);
            });
            int sum = 0;
            for (int n = queue.take(); n >= 0; n = queue.take()) sum += n;
            return sum;
        }));
    }

    void aSemaphoreOfTheJdkLimitsCoroutines() {
        var permits = new Semaphore(2);
        note("all", mapConcurrent(List.of(1, 2, 3, 4, 5, 6), 6, n -> {
            permits.acquireUninterruptibly();
            try {
                return n + (Integer) await(awaitable(ready(100)));
            } finally {
                permits.release();
            }
        }));
        note("permits", permits.availablePermits());
    }

    void aLockOfTheJdkIsHeldOverAnAwait() {
        var lock = new ReentrantLock();
        int[] counter = {0};
        List<Coroutine<Integer>> work = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            work.add(coroutine(() -> {
                lock.lock();
                try {
                    int before = counter[0];
                    counter[0] = before + (Integer) await(awaitable(ready(1)));
                    return counter[0];
                } finally {
                    lock.unlock();
                }
            }));
        }
        gather(work);
        note("counter", counter[0]);
    }

    void aHedgedRequestTakesTheQuickerOne() {
        Later primary = laterMany();
        note("answer", race(awaitable(primary.source()), coroutine(() -> {
            until(() -> primary.requested() > 0);
            return await(awaitable(ready("backup")));
        })));
        note("cancellations", primary.cancellations());
    }

    void aFallbackFollowsATimeout() {
        String answer = withTimeoutOrNull(Duration.ofMillis(2), () -> (String) await(awaitable(never())));
        note("answer", answer == null ? await(awaitable(ready("from the cache"))) : answer);
    }

    void pagesAreReadUntilThereIsNone() {
        AsyncStream<String> items = stream(out -> {
            for (int page = 0; page < 3; page++) {
                try (var values = open(many("item " + page + ".0", "item " + page + ".1"), 2)) {
                    for (Object item : values) out.emit((String) item);
                }
            }
        });
        note("items", items.collect(100));
    }

    void aPipelineOfCallbacksAndStreams() {
        AsyncStream<Integer> numbers = stream(out -> {
            for (int n = 0; n < 5; n++) {
                int own = n;
                out.emit(awaitCallback(done -> Thread.ofVirtual().start(() -> done.resume(own * own))));
            }
        });
        Object source = exported(numbers.filter(n -> n % 2 == 0));
        try (var values = open(source, 1)) {
            note("all", rest(values));
        }
    }

    void workersShareOneStream() throws InterruptedException {
        Later jobs = laterMany();
        List<String> results = group(members -> {
            var queue = new ArrayBlockingQueue<Object>(1);
            List<Deferred<Integer>> workers = new ArrayList<>();
            for (int n = 0; n < 3; n++) workers.add(members.async(() -> work(queue)));
            members.async(() -> {
                for (int n = 0; n < 10; n++) send(jobs, n);
                jobs.complete();
            });
            try (var values = open(jobs.source(), 2)) {
                for (Object job : values) queue.put((Integer) job + 1);
            }
            for (int n = 0; n < 3; n++) queue.put(0);
            int sum = 0;
            for (Deferred<Integer> worker : workers) sum += worker.await();
            return List.of("sum " + sum);
        });
        note("results", results);
    }

    private static int work(ArrayBlockingQueue<Object> queue) throws InterruptedException {
        int sum = 0;
        for (int job = (Integer) queue.take(); job != 0; job = (Integer) queue.take()) sum += job;
        return sum;
    }

    void aTreeOfCoroutinesIsCancelledFromItsRoot() {
        var leaves = new ArrayList<Later>();
        for (int n = 0; n < 8; n++) leaves.add(laterMany());
        Deferred<Object> root = async(() -> branch(leaves));
        until(() -> leaves.stream().allMatch(leaf -> leaf.requested() > 0));
        root.cancel();
        attempt("root", root::await);
        note("cancellations", leaves.stream().map(Later::cancellations).toList());
    }

    private Object branch(List<Later> leaves) {
        if (leaves.size() == 1) return await(awaitable(leaves.get(0).source()));
        int half = leaves.size() / 2;
        return gather(
                coroutine(() -> branch(leaves.subList(0, half))),
                coroutine(() -> branch(leaves.subList(half, leaves.size()))));
    }

    void resourcesAreClosedInsideOut() {
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> work = async(() -> {
            try (var outer = new Resource("outer");
                    var inner = new Resource("inner")) {
                note("opened", List.of(outer.name, inner.name));
                parked.complete(true);
                return await(awaitable(never()));
            }
        });
        await(parked);
        work.cancel();
        attempt("work", work::await);
    }

    private final class Resource implements AutoCloseable {
        private final String name;

        Resource(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            note("closed", shielded(() -> await(awaitable(ready(name)))));
        }
    }

    void twoLibrariesMeetInOneCoroutine() {
        CompletableFuture<Integer> stage = CompletableFuture.supplyAsync(() -> 1);
        int sum = await(stage) + (Integer) await(awaitable(ready(2)));
        try (var values = Async.each(stream(out -> out.emit(sum + 3)))) {
            note("sum", values.next());
        }
    }
}
