package dev.weft.examples.cluster.queue;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.using;
import static dev.weft.Async.withBackend;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncConsumer;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.examples.cluster.Server;
import dev.weft.examples.cluster.reactor.ReactorRedis;
import dev.weft.examples.cluster.rxjava.RxRedis;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.stream.StreamReadGroupArgs;

/** The queue and the limit on a real Redis, by both clients. */
class JobsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** Short: Redisson may use the connection of a read that was cancelled again, and wait there for its end. */
    private static final Duration A_READ = Duration.ofSeconds(2);

    private static final Job JOB = new Job(1, "ann", 100);

    private static Server server;

    @BeforeAll
    static void open() throws IOException {
        server = Server.open();
    }

    @AfterAll
    static void close() {
        if (server != null) server.close();
    }

    /** A queue of its own. */
    private record Fixture(Redis redis, String name, Jobs jobs) {
        static Fixture create(Redis redis) {
            String name = "weft-test-" + UUID.randomUUID();
            var jobs = new Jobs(redis, name);
            jobs.create();
            return new Fixture(redis, name, jobs);
        }

        void delete() {
            jobs.delete();
            new Limit(redis, name).delete();
        }

        List<String> left() {
            return jobs.left();
        }

        Delivery next(String worker) throws Exception {
            return withTimeout(PATIENCE, () -> jobs.next(worker));
        }

        /** How many clients wait for a job. */
        boolean someoneReads() {
            return redis.script("return {redis.call('INFO', 'clients')}", List.of(), List.of())
                    .getFirst()
                    .matches("(?s).*blocked_clients:[1-9].*");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aJobHasItsEffectOnceHoweverOftenItEnds(String backend) throws Exception {
        with(backend, queue -> {
            queue.jobs.add(JOB);
            queue.jobs.add(JOB); // by a caller in doubt
            Delivery first = queue.next("a");
            assertThat(queue.jobs.end(first, true)).isTrue();
            assertThat(queue.jobs.end(first, true))
                    .as("as Redisson may send it again")
                    .isTrue();
            Delivery second = queue.next("b");
            assertThatThrownBy(() -> queue.jobs.renew(second)).hasMessage("job 1 is ended");
            assertThat(queue.jobs.end(second, true)).isTrue();
            assertThat(queue.jobs.cancel(1)).as("too late").isFalse();
            assertThat(queue.jobs.report()).containsExactly(new Entry(1, true, "ann", 100, 100, "a", 1));
            assertThat(queue.left()).containsExactly("0", "0");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aWorkerWhoseLeaseIsOverNeitherRenewsNorEndsItsJob(String backend) throws Exception {
        with(backend, queue -> {
            queue.jobs.add(JOB);
            Delivery late = queue.next("a");
            queue.jobs.renew(late);
            assertThat(queue.jobs.leave("a")).isEqualTo(1);
            assertThatThrownBy(() -> queue.jobs.renew(late))
                    .isInstanceOf(Withdrawn.class)
                    .hasMessage("job 1 is lost");
            assertThat(queue.jobs.end(late, true)).isFalse();
            Delivery claimed = queue.next("b");
            assertThatThrownBy(() -> queue.jobs.renew(late)).isInstanceOf(Withdrawn.class);
            assertThat(queue.jobs.end(late, true)).isFalse();
            queue.jobs.renew(claimed);
            assertThat(queue.jobs.end(claimed, true)).isTrue();
            assertThat(queue.jobs.report()).containsExactly(new Entry(1, true, "ann", 100, 100, "b", 2));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aCancelledJobEndsWithoutAnEffect(String backend) throws Exception {
        with(backend, queue -> {
            queue.jobs.add(JOB);
            Delivery delivery = queue.next("a");
            assertThat(queue.jobs.end(delivery, false))
                    .as("not shipped, so it remains")
                    .isFalse();
            assertThat(queue.jobs.cancel(1)).isTrue();
            assertThatThrownBy(() -> queue.jobs.renew(delivery)).hasMessage("job 1 is cancelled");
            assertThat(queue.jobs.end(delivery, true)).isTrue();
            assertThat(queue.jobs.report()).containsExactly(new Entry(1, false, "ann", 0, 0, "a", 1));
            assertThat(queue.jobs.cancel(1)).as("as Redisson may send it again").isTrue();
            assertThat(queue.left()).containsExactly("0", "0");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aReadThatIsCancelledWhileAJobArrivesDoesNotLoseIt(String backend) throws Exception {
        with(backend, queue -> {
            for (int number = 1; number <= 20; number++) {
                Deferred<Delivery> reader = async(() -> queue.jobs.next("left"));
                until(queue::someoneReads);
                var job = new Job(number, "ann", 1);
                Deferred<Void> added = async(() -> queue.jobs.add(job));
                reader.cancel();
                added.await();
                Delivery found = found(reader, queue);
                assertThat(found.job()).isEqualTo(job);
                assertThat(queue.jobs.end(found, true)).isTrue();
            }
            assertThat(queue.jobs.report()).hasSize(20);
            assertThat(queue.left()).containsExactly("0", "0");
        });
    }

    /** By the reader, if it came before its cancellation; else by another, at the latest when its lease is over. */
    private static Delivery found(Deferred<Delivery> reader, Fixture queue) throws Exception {
        try {
            return reader.await();
        } catch (CancelledException cancelled) {
            queue.jobs.leave("left");
            return queue.next("other");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aReadThatIsCancelledWaitsNoLongerInRedis(String backend) throws Exception {
        with(backend, queue -> {
            var reader =
                    async(() -> queue.redis.read("{" + queue.name + "}:jobs", "workers", "a", Duration.ofHours(1)));
            until(queue::someoneReads);
            reader.cancel();
            until(() -> !queue.someoneReads());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aJobThatNobodyReceivedIsClaimedWhenItsLeaseIsOver(String backend) throws Exception {
        with(backend, queue -> {
            queue.jobs.add(JOB);
            Delivery lost = queue.next("left");
            Delivery claimed = queue.next("other");
            assertThat(claimed).isEqualTo(new Delivery(lost.message(), JOB, "other"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aReadGoesOnWhenRedisIsRestarted(String backend) throws Exception {
        server.requireOwn();
        with(backend, queue -> {
            Deferred<Delivery> reader = async(() -> queue.jobs.next("a"));
            until(queue::someoneReads);
            server.restart();
            queue.jobs.add(JOB);
            assertThat(withTimeout(PATIENCE, reader::await).job()).isEqualTo(JOB);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void nothingIsLostThatIsUnderWayWhenRedisIsRestarted(String backend) throws Exception {
        server.requireOwn();
        with(backend, queue -> {
            var limit = new Limit(queue.redis, queue.name);
            limit.create(2);
            var number = new AtomicInteger();
            var restarted = new AtomicBoolean();
            List<Deferred<Void>> adding = new ArrayList<>();
            for (int i = 0; i < 4; i++)
                adding.add(async(() -> {
                    while (!restarted.get())
                        limit.call(() -> queue.jobs.add(new Job(number.incrementAndGet(), "ann", 1)));
                }));
            until(() -> number.get() > 50);
            server.restart();
            int then = number.get();
            until(() -> number.get() > then + 50);
            restarted.set(true);
            for (var each : adding) each.await();
            while (!queue.left().equals(List.of("0", "0"))) queue.jobs.end(queue.next("a"), true);
            assertThat(queue.jobs.report().stream().map(Entry::job))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(1, number.get()).boxed().toList());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void whoIsCancelledWhileWaitingForAPermitKeepsNone(String backend) throws Exception {
        with(backend, queue -> {
            var permits = new Permits(queue.redis);
            var limit = new Limit(permits.counted(), queue.name);
            limit.create(1);
            var release = new CompletableFuture<Void>();
            Deferred<Void> holder = async(() -> limit.call(() -> await(release)));
            until(() -> permits.taken.get() == 1);
            Deferred<Void> waiting = async(() -> limit.call(() -> {}));
            until(() -> permits.waiting.get() == 1);
            waiting.cancel();
            release.complete(null);
            holder.await();
            until(() -> permits.waiting.get() == 0 && permits.taken.get() == permits.released.get());
            assertThat(queue.redis.script(
                            "return {redis.call('GET', '{" + queue.name + "}:permits')}", List.of(), List.of()))
                    .containsExactly("1");
        });
    }

    /** Counts the waits for a permit, the permits taken and those given back. */
    private record Permits(Redis redis, AtomicInteger waiting, AtomicInteger taken, AtomicInteger released) {
        Permits(Redis redis) {
            this(redis, new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        }

        Redis counted() {
            return (Redis) Proxy.newProxyInstance(
                    Redis.class.getClassLoader(), new Class<?>[] {Redis.class}, (proxy, method, arguments) -> {
                        boolean waits = method.getName().equals("permit");
                        if (waits) waiting.incrementAndGet();
                        Object result = method.invoke(redis, arguments);
                        if (waits && ((Optional<?>) result).isPresent()) taken.incrementAndGet();
                        if (waits) waiting.decrementAndGet();
                        if (method.getName().equals("releasePermit")) released.incrementAndGet();
                        return result;
                    });
        }
    }

    private static void until(BooleanSupplier condition) throws TimeoutException {
        withTimeout(PATIENCE, () -> {
            while (!condition.getAsBoolean()) delay(Duration.ofMillis(5));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void thePermitOfADeadProcessComesBack(String backend) throws Exception {
        with(backend, queue -> {
            var limit = new Limit(queue.redis, queue.name);
            limit.create(1);
            String dead = "{" + queue.name + "}:permits";
            assertThat(queue.redis.permit(dead, Duration.ZERO, Duration.ofMillis(300)))
                    .isPresent();
            withTimeout(PATIENCE, () -> limit.call(() -> {}));
        });
    }

    /** Why {@code RxRedis} does not use it: if this fails, that can be mended. */
    @Test
    void redissonReadsTwiceForRxJavaIfThereIsNothing() throws Exception {
        with("rxjava", queue -> {
            int before = reads(queue);
            assertThat(await(((RxRedis) queue.redis)
                            .client()
                            .getStream("{" + queue.name + "}:jobs")
                            .readGroup("workers", "a", StreamReadGroupArgs.neverDelivered())))
                    .isNull();
            until(() -> reads(queue) == before + 2);
        });
    }

    /** Why {@code RxRedis} sets the hook. */
    @Test
    void redissonTellsTheHookOfRxJavaOfEachCallThatIsCancelled() throws Exception {
        with("rxjava", queue -> {
            List<Throwable> told = new CopyOnWriteArrayList<>();
            RxJavaPlugins.setErrorHandler(told::add);
            var reader = async(() -> await(((RxRedis) queue.redis)
                    .client()
                    .getStream("{" + queue.name + "}:jobs")
                    .readGroup(
                            "workers", "a", StreamReadGroupArgs.neverDelivered().timeout(A_READ))));
            until(queue::someoneReads);
            reader.cancel();
            until(() -> !told.isEmpty());
            assertThat(told).singleElement().isInstanceOf(CancellationException.class);
        });
    }

    private static int reads(Fixture queue) {
        String stats = queue.redis
                .script("return {redis.call('INFO', 'commandstats')}", List.of(), List.of())
                .getFirst();
        return Pattern.compile("cmdstat_xreadgroup:calls=(\\d+)")
                .matcher(stats)
                .results()
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .sum();
    }

    private static void with(String backend, AsyncConsumer<Fixture, Exception> test) throws Exception {
        withBackend(
                backend.equals("reactor") ? new ReactorBackend() : new RxBackend(),
                () -> using(() -> connect(backend), Redis::close, redis -> {
                    using(() -> Fixture.create(redis), Fixture::delete, test);
                }));
    }

    private static Redis connect(String backend) {
        return backend.equals("reactor") ? ReactorRedis.open(server.address()) : RxRedis.open(server.address());
    }
}
