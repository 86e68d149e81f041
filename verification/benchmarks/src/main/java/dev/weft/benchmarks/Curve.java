package dev.weft.benchmarks;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.Context;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.benchmarks.service.Names;
import dev.weft.reactor.ReactorAsync;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Something whose cost may depend on how much of it there is. */
enum Curve {
    COROUTINES(1_000_000, "coroutines suspended at once, each started, woken and ended") {
        @Override
        void run(int number) throws InterruptedException {
            var gate = new CompletableFuture<Integer>();
            var waiting = new CountDownLatch(number);
            List<Deferred<Integer>> all = new ArrayList<>(number);
            for (int i = 0; i < number; i++) {
                all.add(async(() -> {
                    waiting.countDown();
                    return await(gate);
                }));
            }
            waiting.await();
            gate.complete(1);
            require(number, all.stream().mapToInt(Deferred::await).sum());
        }
    },
    MEMBERS(100_000, "coroutines of one group, which end at once") {
        @Override
        void run(int number) {
            var ended = new AtomicLong();
            group(members -> {
                for (int i = 0; i < number; i++) members.async(ended::incrementAndGet);
            });
            require(number, ended.get());
        }
    },
    GATHERED(100_000, "futures that are gathered, without threads of their own, and then completed") {
        @Override
        void run(int number) {
            List<CompletableFuture<Integer>> futures = new ArrayList<>(number);
            List<Awaitable<Integer>> sources = new ArrayList<>(number);
            for (int i = 0; i < number; i++) {
                var future = new CompletableFuture<Integer>();
                futures.add(future);
                sources.add(awaitable(future));
            }
            var sum = async(() -> gather(sources).size());
            for (CompletableFuture<Integer> future : futures) future.complete(1);
            require(number, sum.await());
        }
    },
    HANDLES(100_000, "handles in a chain, each of whose coroutines awaits the one before") {
        @Override
        void run(int number) {
            var gate = new CompletableFuture<Integer>();
            Deferred<Integer> last = async(() -> await(gate));
            for (int i = 1; i < number; i++) {
                Deferred<Integer> before = last;
                last = async(() -> before.await());
            }
            gate.complete(number);
            require(number, last.await());
        }
    },
    TREE(10_000, "levels of coroutines, each started by the one above and awaited, then all cancelled") {
        @Override
        void run(int number) throws InterruptedException {
            var deepest = new CountDownLatch(1);
            var ended = new CountDownLatch(number);
            Deferred<Integer> root = async(() -> descend(number, deepest, ended));
            deepest.await();
            root.cancel();
            ended.await();
        }

        private int descend(int left, CountDownLatch deepest, CountDownLatch ended) {
            try {
                if (left > 1)
                    return async(() -> descend(left - 1, deepest, ended)).await();
                deepest.countDown();
                return await(new CompletableFuture<>());
            } finally {
                ended.countDown();
            }
        }
    },
    SCOPES(1_000, "scopes inside one another on one thread, each a call of a coroutine") {
        @Override
        void run(int number) {
            require(number, Async.<Integer, RuntimeException>run(() -> nested(number)));
        }

        private int nested(int left) {
            return left == 1 ? 1 : 1 + coroutine(() -> nested(left - 1)).await();
        }
    },
    KEYS(1_000, "keys of a context to which one more is added and read") {
        private Context keys = Context.empty();
        private int added;

        @Override
        void run(int number) {
            if (added > number) keys = Context.empty();
            if (added > number) added = 0;
            while (added < number) keys = keys.with(added, added++);
            require(1, keys.with("more", 1).<Integer>get("more"));
        }
    },
    UNDER_WAY(1_000_000, "values from another thread, as many under way as a loop reads") {
        @Override
        void run(int number) {
            Flux<Integer> values = Flux.range(0, number).publishOn(Schedulers.single(), number);
            require(number, Async.<Integer, RuntimeException>run(() -> counted(ReactorAsync.each(values, number))));
        }

        private int counted(AsyncIterator<Integer> values) {
            int count = 0;
            try (values) {
                for (int value : values) if (value >= 0) count++;
            }
            return count;
        }
    },
    OPERATORS(100, "operators in a chain, through which a stream passes 100 values") {
        @Override
        void run(int number) {
            AsyncStream<Integer> chain = AsyncStream.from(Collections.nCopies(100, 1));
            for (int i = 0; i < number; i++) chain = chain.map(value -> value);
            AsyncStream<Integer> last = chain;
            require(
                    100,
                    Async.<Integer, RuntimeException>run(() -> last.collect(100).size()));
        }
    },
    /** The last one, since its coroutines stay. */
    DUMPED(100_000, "coroutines that wait, found by a dump") {
        private final CompletableFuture<Integer> gate = new CompletableFuture<>();
        private int waiting;

        @Override
        void run(int number) throws InterruptedException {
            var begun = new CountDownLatch(Math.max(0, number - waiting));
            for (; waiting < number; waiting++) {
                async(() -> {
                    begun.countDown();
                    return await(gate);
                });
            }
            begun.await();
            require(number, Coroutines.dump(number).entries().size());
        }
    };

    private final int most;
    private final String what;

    Curve(int most, String what) {
        this.most = most;
        this.what = what;
    }

    /** {@return the curves that names stand for: some, or all} */
    static List<Curve> named(String names) {
        return Names.named(Curve.class, names);
    }

    /** Makes so many, uses them, and waits until all are over. */
    abstract void run(int number) throws Exception;

    /** {@return the largest number that makes sense} */
    int most() {
        return most;
    }

    String label() {
        return Names.id(this);
    }

    String what() {
        return what;
    }

    private static void require(long expected, long found) {
        if (expected != found) throw new IllegalStateException("expected " + expected + ", found " + found);
    }
}
