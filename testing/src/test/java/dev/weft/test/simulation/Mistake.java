package dev.weft.test.simulation;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.gather;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeoutOrNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Mistakes that people make in code that awaits: each a small program, in a coroutine, that goes wrong under some
 * schedules, and under none if it is mended.
 */
enum Mistake {
    /** Two withdrawals both subtract from the balance that they have read before they ask. */
    LOST_UPDATE {
        private int balance;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var lock = new ReentrantLock();
            balance = 100;
            both(
                    () -> withdraw(engine, 10, mended ? lock : new ReentrantLock()),
                    () -> withdraw(engine, 20, mended ? lock : new ReentrantLock()));
            assertThat(balance).isEqualTo(70);
        }

        private void withdraw(Engine engine, int amount, Lock lock) {
            lock.lock();
            try {
                int before = balance;
                await(engine.later("the bank agrees"));
                balance = before - amount;
            } finally {
                lock.unlock();
            }
        }
    },

    /** {@code total += await(…)} reads the total before it waits. */
    SUM_ACROSS_AN_AWAIT {
        private int total;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            total = 0;
            both(() -> add(engine, 1, mended), () -> add(engine, 2, mended));
            assertThat(total).isEqualTo(3);
        }

        private void add(Engine engine, int price, boolean mended) {
            if (!mended) {
                total += await(engine.later(price));
                return;
            }
            int answer = await(engine.later(price));
            total += answer;
        }
    },

    /** A seat is free when it is asked for, and sold twice when it is paid for. */
    CHECK_THEN_ACT {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            Set<String> taken = ConcurrentHashMap.newKeySet();
            List<String> sold = new ArrayList<>();
            both(() -> buy(engine, taken, sold, mended), () -> buy(engine, taken, sold, mended));
            assertThat(sold).hasSize(1);
        }

        private void buy(Engine engine, Set<String> taken, List<String> sold, boolean mended) {
            if (mended ? !taken.add("7A") : taken.contains("7A")) return;
            await(engine.later("paid"));
            taken.add("7A");
            sold.add("7A");
        }
    },

    /** Everybody who finds nothing in the cache asks the database. */
    CACHE_STAMPEDE {
        private int loads;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            loads = 0;
            Map<String, CompletableFuture<String>> cache = new ConcurrentHashMap<>();
            both(() -> get(engine, cache, mended), () -> get(engine, cache, mended));
            assertThat(loads).isEqualTo(1);
        }

        private String get(Engine engine, Map<String, CompletableFuture<String>> cache, boolean mended) {
            var mine = new CompletableFuture<String>();
            CompletableFuture<String> cached = mended ? cache.putIfAbsent("key", mine) : cache.get("key");
            if (cached != null) return await(cached);
            loads++;
            mine.complete(await(engine.later("value")));
            cache.put("key", mine);
            return mine.join();
        }
    },

    /** The answer to an old question overwrites that to the new one. */
    FORGOTTEN_CANCEL {
        private String shown = "";

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            Deferred<?> old = async(() -> show(engine, "w"));
            await(engine.later("a key"));
            if (mended) {
                old.cancel();
                settled(old);
            }
            await(async(() -> show(engine, "weft")));
            settled(old);
            assertThat(shown).isEqualTo("weft");
        }

        private String show(Engine engine, String question) {
            return shown = await(engine.later(question));
        }
    },

    /** A connection is given back, unless its user is cancelled. */
    POOL_LEAK_ON_CANCEL {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            BlockingQueue<String> pool = new LinkedBlockingQueue<>(List.of("connection"));
            Deferred<?> user = async(() -> use(engine, pool, mended));
            await(engine.later("a user who leaves"));
            user.cancel();
            settled(user);
            assertThat(pool).containsExactly("connection");
        }

        private String use(Engine engine, BlockingQueue<String> pool, boolean mended) throws InterruptedException {
            String connection = pool.take();
            if (!mended) {
                String row = await(engine.later("row"));
                pool.add(connection);
                return row;
            }
            try {
                return await(engine.later("row"));
            } finally {
                pool.add(connection);
            }
        }
    },

    /** A permit is given back, unless there is a timeout. */
    SEMAPHORE_AND_TIMEOUT {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var limit = new Semaphore(1);
            withTimeoutOrNull(SHORT, () -> limited(engine, limit, mended));
            assertThat(limit.availablePermits()).isEqualTo(1);
        }

        private String limited(Engine engine, Semaphore limit, boolean mended) throws InterruptedException {
            limit.acquire();
            try {
                String answer = await(engine.later("answer"));
                if (!mended) limit.release();
                return answer;
            } finally {
                if (mended) limit.release();
            }
        }
    },

    /** Transfers that lock their accounts in the order in which they use them. */
    LOCK_ORDER {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var here = new ReentrantLock();
            var there = new ReentrantLock();
            both(
                    () -> transfer(engine, here, there),
                    () -> transfer(engine, mended ? here : there, mended ? there : here));
        }

        private void transfer(Engine engine, Lock from, Lock to) {
            from.lock();
            try {
                await(engine.later("the balance"));
                to.lock();
                to.unlock();
            } finally {
                from.unlock();
            }
        }
    },

    /** Three who each hold one fork and wait for another. */
    DINING_PHILOSOPHERS {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            List<Lock> forks = List.of(new ReentrantLock(), new ReentrantLock(), new ReentrantLock());
            gather(
                    eating(engine, forks.get(0), forks.get(1)),
                    eating(engine, forks.get(1), forks.get(2)),
                    mended ? eating(engine, forks.get(0), forks.get(2)) : eating(engine, forks.get(2), forks.get(0)));
        }

        private Deferred<String> eating(Engine engine, Lock left, Lock right) {
            return async(() -> {
                left.lock();
                try {
                    await(engine.later("a thought"));
                    right.lock();
                    right.unlock();
                    return "full";
                } finally {
                    left.unlock();
                }
            });
        }
    },

    /** Two who read want to write, and each waits for the other to stop reading. */
    LOCK_UPGRADE {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var readers = new Semaphore(2);
            both(() -> update(engine, readers, mended), () -> update(engine, readers, mended));
        }

        private void update(Engine engine, Semaphore readers, boolean mended) throws InterruptedException {
            readers.acquire();
            await(engine.later("what is there"));
            if (mended) readers.release();
            readers.acquire(mended ? 2 : 1);
            readers.release(2);
        }
    },

    /** Two who write events to one stream, each in two parts. */
    TWO_WRITERS {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var lock = new ReentrantLock();
            List<String> stream = new ArrayList<>();
            both(
                    () -> write(engine, stream, "a", mended ? lock : new ReentrantLock()),
                    () -> write(engine, stream, "b", mended ? lock : new ReentrantLock()));
            assertThat(String.join(" ", stream)).isIn("event a data a event b data b", "event b data b event a data a");
        }

        private void write(Engine engine, List<String> stream, String event, Lock lock) {
            lock.lock();
            try {
                stream.add("event " + event);
                await(engine.later("flushed"));
                stream.add("data " + event);
            } finally {
                lock.unlock();
            }
        }
    },

    /** Who has waited for the lock does not look again whether there is a new token already. */
    TOKEN_REFRESHED_TWICE {
        private boolean isExpired;
        private int refreshes;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var lock = new ReentrantLock();
            isExpired = true;
            refreshes = 0;
            both(() -> token(engine, lock, mended), () -> token(engine, lock, mended));
            assertThat(refreshes).isEqualTo(1);
        }

        private void token(Engine engine, Lock lock, boolean mended) {
            if (!isExpired) return;
            lock.lock();
            try {
                if (mended && !isExpired) return;
                await(engine.later("a token"));
                refreshes++;
                isExpired = false;
            } finally {
                lock.unlock();
            }
        }
    },

    /** A job is taken from the queue, and then there is a timeout. */
    JOB_LOST_ON_TIMEOUT {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            BlockingQueue<String> jobs = new LinkedBlockingQueue<>(List.of("job"));
            String done = withTimeoutOrNull(SHORT, () -> work(engine, jobs, mended));
            assertThat(jobs).hasSize(done == null ? 1 : 0);
        }

        private String work(Engine engine, BlockingQueue<String> jobs, boolean mended) throws InterruptedException {
            String job = jobs.take();
            try {
                return await(engine.later(job));
            } catch (CancelledException cancelled) {
                if (mended) jobs.add(job);
                throw cancelled;
            }
        }
    },

    /** Who listens after the event waits for ever. */
    LISTENER_AFTER_THE_EVENT {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            List<Consumer<String>> listeners = new ArrayList<>();
            var ready = new CompletableFuture<String>();
            if (mended) listeners.add(ready::complete);
            Deferred<?> event = async(() -> {
                await(engine.later("started"));
                for (Consumer<String> listener : listeners) listener.accept("ready");
            });
            await(engine.later("configured"));
            if (!mended) listeners.add(ready::complete);
            assertThat(await(ready)).isEqualTo("ready");
            await(event);
        }
    },

    /** An order is sent again, since its receipt was late. */
    RETRY_AFTER_SUCCESS {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            List<String> orders = new ArrayList<>();
            Set<String> keys = new HashSet<>();
            String receipt = null;
            for (int attempt = 0; attempt < 2 && receipt == null; attempt++) {
                String key = mended ? "the order" : "attempt " + attempt;
                receipt = withTimeoutOrNull(SHORT, () -> order(engine, orders, keys, key));
            }
            assertThat(orders).hasSizeLessThan(2);
        }

        private String order(Engine engine, List<String> orders, Set<String> keys, String key) {
            if (keys.add(key)) orders.add(key);
            return await(engine.later("receipt"));
        }
    },

    /** The signal comes between the look at the queue and the wait for the signal. */
    LOST_WAKE_UP {
        private volatile @Nullable CompletableFuture<String> signal;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            signal = null;
            Queue<String> queue = new ConcurrentLinkedQueue<>();
            both(() -> consume(engine, queue, mended), () -> produce(engine, queue));
        }

        private void consume(Engine engine, Queue<String> queue, boolean mended) {
            var mine = new CompletableFuture<String>();
            if (mended) signal = mine;
            if (queue.isEmpty()) {
                await(engine.later("noted that it is idle"));
                signal = mine;
                await(mine);
            }
            assertThat(queue.poll()).isEqualTo("value");
        }

        private void produce(Engine engine, Queue<String> queue) {
            queue.add(await(engine.later("value")));
            CompletableFuture<String> waiting = signal;
            if (waiting != null) waiting.complete("go on");
        }
    },

    /** A worker that is told to stop leaves what is in the queue. */
    SHUTDOWN_DROPS_WORK {
        private volatile boolean isClosed;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            isClosed = false;
            Queue<String> jobs = new ConcurrentLinkedQueue<>(List.of("a", "b"));
            Deferred<Integer> worker = async(() -> work(engine, jobs, mended));
            await(engine.later("time to go home"));
            isClosed = true;
            assertThat(await(worker)).isEqualTo(2);
        }

        private int work(Engine engine, Queue<String> jobs, boolean mended) {
            int done = 0;
            while (!isClosed || mended && !jobs.isEmpty()) {
                String job = jobs.poll();
                await(engine.later(job == null ? "nothing to do" : job));
                if (job != null) done++;
            }
            return done;
        }
    },

    /** Listeners that are told one after another see two events in different orders. */
    CALLBACK_ORDER {
        @Override
        void play(Engine engine, boolean mended) throws Exception {
            var lock = new ReentrantLock();
            List<String> first = new ArrayList<>();
            List<String> second = new ArrayList<>();
            both(
                    () -> tell(engine, first, second, "a", mended ? lock : new ReentrantLock()),
                    () -> tell(engine, first, second, "b", mended ? lock : new ReentrantLock()));
            assertThat(second).isEqualTo(first);
        }

        private void tell(Engine engine, List<String> first, List<String> second, String event, Lock lock) {
            lock.lock();
            try {
                first.add(event);
                await(engine.later("it has seen it"));
                second.add(event);
            } finally {
                lock.unlock();
            }
        }
    },

    /** What was read before a write is put into the cache after it. */
    STALE_CACHE {
        private String stored = "";
        private int version;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            stored = "old";
            version = 0;
            Map<String, String> cache = new HashMap<>();
            both(() -> read(engine, cache, mended), () -> write(engine, cache));
            assertThat(cache.getOrDefault("key", "new")).isEqualTo("new");
        }

        private void read(Engine engine, Map<String, String> cache, boolean mended) {
            int before = version;
            String value = await(engine.later(stored));
            if (!mended || version == before) cache.put("key", value);
        }

        private void write(Engine engine, Map<String, String> cache) {
            await(engine.later("a request"));
            stored = "new";
            version++;
            cache.remove("key");
        }
    },

    /** A flag that is down before and after does not say that it was not up in between. */
    FLAG_UP_AND_DOWN {
        private int left;
        private int right;
        private int changes;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            left = right = changes = 0;
            both(() -> write(engine), () -> read(engine, mended));
        }

        private void write(Engine engine) {
            changes++;
            left = 1;
            await(engine.later("left is written"));
            right = 1;
            changes++;
        }

        private void read(Engine engine, boolean mended) {
            int before = changes;
            boolean wasWriting = before % 2 == 1;
            int seen = left;
            await(engine.later("left is read"));
            boolean isWriting = changes % 2 == 1;
            if (wasWriting || isWriting || mended && changes != before) return; // it would read again
            assertThat(right).isEqualTo(seen);
        }
    },

    /** The process gives up between the two halves of a transfer. */
    HALF_A_TRANSFER {
        private int here;
        private int there;

        @Override
        void play(Engine engine, boolean mended) throws Exception {
            here = 100;
            there = 0;
            withTimeoutOrNull(SHORT, () -> mended ? shielded(() -> transfer(engine)) : transfer(engine));
            assertThat(here + there).isEqualTo(100);
        }

        private String transfer(Engine engine) {
            here -= 10;
            await(engine.later("the other bank is there"));
            there += 10;
            return "done";
        }
    };

    private static final Duration SHORT = Duration.ofMillis(1);

    /** Runs the program in the current coroutine; it throws, or waits forever, if it goes wrong. */
    abstract void play(Engine engine, boolean mended) throws Exception;

    private static void both(Simulation.Body one, Simulation.Body other) {
        gather(async(one::run), async(other::run));
    }

    /** Waits for the end of a coroutine, whatever that is. */
    private static void settled(Deferred<?> coroutine) {
        gatherSettled(coroutine);
    }
}
