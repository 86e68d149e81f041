package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.toInputStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncFunction;
import dev.weft.AsyncStream;
import dev.weft.ByteStreams;
import dev.weft.ListenerSink;
import dev.weft.Overflow;
import dev.weft.Supervisor;
import dev.weft.test.Recorder;
import dev.weft.test.TestScope;
import dev.weft.test.WeftTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.StepVerifier;

/** The pieces of code in the page of answers. */
class AnswersTest {
    private static final Duration A_WHILE = Duration.ofMillis(100);

    // --- Sinks

    static final class Feed {
        private final Set<ListenerSink<String>> readers = ConcurrentHashMap.newKeySet();

        void publish(String value) { // on any thread, on several at once; waits for nobody
            for (var each : readers) each.next(value);
        }

        AsyncStream<String> values() {
            return AsyncStream.fromListener(Overflow.dropOldest(256), sink -> {
                readers.add(sink);
                sink.onClose(() -> readers.remove(sink));
            });
        }
    }

    @Test
    void sinks() {
        var feed = new Feed();
        run(() -> {
            try (var one = feed.values().each();
                    var two = feed.values().each()) {
                feed.publish("a");
                feed.publish("b");
                assertThat(List.of(one.next(), one.next(), two.next())).containsExactly("a", "b", "a");
            }
        });
        assertThat(feed.readers).isEmpty();
    }

    // --- heartbeat

    private static AsyncStream<String> lines(AsyncStream<String> events) {
        return stream(out -> {
            try (var all = events.each()) {
                for (Optional<String> event : all.orSilence(Duration.ofSeconds(15)))
                    out.emit(event.isPresent() ? "data: " + event.get() : ": still here");
            }
        });
    }

    @WeftTest
    void heartbeat(Recorder<String> recorder) {
        AsyncStream<String> events = stream(out -> {
            delay(Duration.ofSeconds(40));
            out.emit("a");
        });
        lines(events).subscribe(recorder);
        assertThat(recorder.awaitEnd()).containsExactly(": still here", ": still here", "data: a");
        assertThat(recorder.times()).extracting(Duration::toSeconds).containsExactly(15L, 30L, 40L);
    }

    // --- rate limit

    private static void fetchAll(List<String> addresses, Worker fetch) throws Exception {
        var places = new Semaphore(10);
        group(calls -> {
            for (String address : addresses) {
                places.acquire();
                calls.async(() -> fetch.work(address));
                calls.async(
                        () -> { // who has started keeps its place for a second
                            delay(Duration.ofSeconds(1));
                            places.release();
                        });
            }
        });
    }

    @WeftTest
    void rateLimit(TestScope test) throws Exception {
        Queue<Long> starts = new ConcurrentLinkedQueue<>();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < 25; i++) addresses.add("/" + i);
        fetchAll(addresses, address -> starts.add(test.currentTime().toSeconds()));
        for (long second : List.of(0L, 1L))
            assertThat(starts.stream().filter(start -> start == second)).hasSize(10);
        assertThat(starts).hasSize(25).contains(2L);
    }

    // --- fire and forget

    @Test
    void fireAndForget() throws InterruptedException {
        var over = new CountDownLatch(2);
        var answered = new CountDownLatch(1);
        var waiting = new CountDownLatch(1);
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        BiConsumer<String, Throwable> failed = (job, failure) -> {
            failures.add(job + ": " + failure.getMessage());
            over.countDown();
        };
        try (var background = Supervisor.open("background", failed)) {
            Mono<String> request = mono(() -> {
                background.launch("mail", () -> {
                    answered.await(); // goes on after its request
                    log.add("mailed");
                    over.countDown();
                });
                background.launch("bill", () -> {
                    throw new IOException("no printer");
                });
                return "answer";
            });
            StepVerifier.create(request).expectNext("answer").verifyComplete();
            answered.countDown();
            assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
            background.launch("wait", () -> {
                try {
                    waiting.countDown();
                    delay(Duration.ofHours(1));
                } finally {
                    shielded(() -> log.add("cleaned up"));
                }
            });
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(log).containsExactly("mailed", "cleaned up"); // when close() has returned
        assertThat(failures).containsExactly("bill: no printer");
    }

    // --- filter

    interface Chain {
        Mono<Void> filter(Map<String, String> exchange);
    }

    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    private Mono<Void> filter(Map<String, String> exchange, Chain chain) {
        return mono(() -> {
            String user = awaitSingle(userOf(exchange.get("token")));
            try {
                withContext("user", user, () -> awaitDone(chain.filter(exchange)));
            } finally {
                log.add("answered " + user);
            }
        });
    }

    private static Mono<String> userOf(String token) {
        return Mono.just("user of " + token).delayElement(Duration.ofMillis(1));
    }

    @Test
    void filter() {
        Chain handler = exchange -> mono(() -> {
            log.add("asked by " + contextView().get("user"));
        });
        StepVerifier.create(filter(Map.of("token", "7"), handler)).verifyComplete();
        assertThat(log).containsExactly("asked by user of 7", "answered user of 7");
    }

    // --- Kafka's max.poll.interval

    private static void consume(Consumer<String, String> consumer, Worker worker) throws Exception {
        try {
            consumer.subscribe(List.of("orders"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    consumer.pause(partitions); // else a poll below may give their records, to nobody
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
            });
            while (true) {
                checkpoint();
                consumer.resume(consumer.paused());
                ConsumerRecords<String, String> batch = consumer.poll(A_WHILE);
                consumer.pause(consumer.assignment());
                var work = async(
                        () -> { // for as long as it takes
                            for (ConsumerRecord<String, String> each : batch) worker.work(each.value());
                        });
                while (!work.isDone()) consumer.poll(A_WHILE); // gives nothing, and keeps our place in the group
                work.await();
                consumer.commitSync(batch.nextOffsets());
            }
        } finally {
            shielded(() -> consumer.close());
        }
    }

    interface Worker {
        void work(String value) throws Exception;
    }

    @Test
    void aSlowRecordDoesNotKeepTheConsumerFromPolling() {
        var first = new TopicPartition("orders", 0);
        var second = new TopicPartition("orders", 1);
        var polls = new AtomicInteger();
        var consumer = new MockConsumer<String, String>("earliest") {
            @Override
            public synchronized ConsumerRecords<String, String> poll(Duration time) {
                polls.incrementAndGet();
                return super.poll(time);
            }
        };
        consumer.updateBeginningOffsets(Map.of(first, 0L, second, 0L));
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(first));
            consumer.addRecord(new ConsumerRecord<>("orders", 0, 0, "key", "slow"));
            consumer.addRecord(new ConsumerRecord<>("orders", 0, 1, "key", "last"));
        });
        Queue<String> done = new ConcurrentLinkedQueue<>();
        var reading = async(() -> consume(consumer, value -> {
            if (value.equals("slow"))
                consumer.schedulePollTask(
                        () -> { // a rebalance, while a record is worked on
                            consumer.rebalance(List.of(first, second));
                            consumer.addRecord(new ConsumerRecord<>("orders", 1, 0, "other key", "new"));
                        });
            int before = polls.get();
            while (polls.get() < before + 3) delay(Duration.ofMillis(1)); // slow: three more polls take place
            done.add(value);
        }));
        run(() -> {
            while (offset(consumer, first) < 2 || offset(consumer, second) < 1) delay(Duration.ofMillis(1));
        });
        assertThat(done).containsExactly("slow", "last", "new");
        reading.cancel();
        run(() -> {
            while (!reading.isDone()) delay(Duration.ofMillis(1));
        });
        assertThat(consumer.closed()).isTrue();
    }

    private static long offset(Consumer<?, ?> consumer, TopicPartition partition) {
        OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
        return committed == null ? 0 : committed.offset();
    }

    // --- a command that is given up has happened

    /** A queue on a server, which gives a job to whoever has asked first, and does not know who has left since. */
    private static final class Jobs {
        private final Queue<MonoSink<String>> asked = new ArrayDeque<>();

        /** Empty if the server has had nothing within the limit. */
        Mono<String> pop(Duration limit) {
            Mono<String> answer = Mono.create(asked::add);
            return limit.isZero()
                    ? answer
                    : Mono.firstWithSignal(answer, Mono.delay(limit).then(Mono.empty()));
        }

        void push(String job) {
            asked.remove().success(job);
        }
    }

    @WeftTest
    void aJobThatComesLateIsLostUnlessTheServerHasTheLimit() throws TimeoutException {
        var jobs = new Jobs();
        assertThatThrownBy(() -> withTimeout(A_WHILE, () -> awaitSingle(jobs.pop(Duration.ZERO))))
                .isInstanceOf(TimeoutException.class);
        jobs.push("given to him who has left");
        assertThat(nextJob(jobs)).isEqualTo("no job");
    }

    private static String nextJob(Jobs jobs) throws TimeoutException {
        Duration serverWaits = Duration.ofMillis(10);
        Duration patience = Duration.ofSeconds(30); // for a server that does not answer at all
        return withTimeout(patience, () -> awaitSingle(jobs.pop(serverWaits).defaultIfEmpty("no job")));
    }

    // --- toFuture

    @Test
    void toFuture() throws Exception {
        var waiting = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        Mono<String> never = Mono.<String>never()
                .doOnSubscribe(subscription -> waiting.countDown())
                .doOnCancel(cancelled::countDown);
        CompletableFuture<String> future = async(() -> awaitSingle(never)).toCompletableFuture();
        waiting.await();
        future.cancel(true); // ends the coroutine, and all that it waits for
        assertThat(future).isCancelled();
        assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    // --- InputStream, OutputStream

    private static String unzipped(Flux<byte[]> body) throws IOException {
        try (var bytes = new GZIPInputStream(toInputStream(body, ByteBuffer::wrap, buffer -> {}))) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Flux<ByteBuffer> zipped(String text) {
        return asFlux(ByteStreams.fromOutputStream(8192, out -> {
            try (var bytes = new GZIPOutputStream(out)) {
                bytes.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }));
    }

    @Test
    void inputStreamAndOutputStream() throws Exception {
        String text = "all the world's a stream ".repeat(10_000);
        Flux<byte[]> body = zipped(text).map(buffer -> {
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        });
        assertThat(run(() -> unzipped(body))).isEqualTo(text);
    }

    // --- one after the other for each key

    record Order(String customer, int number) {}

    private static AsyncStream<String> handled(AsyncStream<Order> orders, AsyncFunction<Order, String, ?> handle) {
        return orders.mapConcurrentByKey(64, Order::customer, handle);
    }

    @Test
    void oneAfterTheOtherForEachKey() {
        Set<String> busy = ConcurrentHashMap.newKeySet();
        AsyncStream<Order> orders =
                AsyncStream.from(IntStream.range(0, 3_000).mapToObj(n -> new Order("customer " + n % 1_000, n)));
        List<String> seen = run(() -> handled(orders, order -> {
                    assertThat(busy.add(order.customer())).isTrue();
                    checkpoint();
                    busy.remove(order.customer());
                    return order.customer() + ": " + order.number() / 1_000;
                })
                .collect(3_000));
        assertThat(seen).hasSize(3_000);
        assertThat(seen.stream().filter(line -> line.startsWith("customer 7:")))
                .containsExactly("customer 7: 0", "customer 7: 1", "customer 7: 2");
    }

    // --- shutdown

    private static void work(AsyncStream<String> jobs, CompletableFuture<Void> shutdown, Queue<String> done) {
        jobs.takeUntil(awaitable(shutdown)) // takes no new one from here on
                .mapConcurrentUnordered(16, AnswersTest::perform) // and finishes these
                .forEach(done::add);
    }

    private static String perform(String job) {
        delay(Duration.ofMillis(1));
        return job + " is done";
    }

    @Test
    void shutdown() {
        var shutdown = new CompletableFuture<Void>();
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        AsyncStream<String> jobs = stream(out -> {
            for (int n = 0; ; n++) {
                if (n == 100) shutdown.complete(null);
                out.emit("job " + n);
                taken.add("job " + n + " is done");
            }
        });
        run(() -> work(jobs, shutdown, done));
        assertThat(done).containsExactlyInAnyOrderElementsOf(taken).hasSizeGreaterThanOrEqualTo(100);
    }

    // --- catch (RuntimeException)

    private static String price(Mono<String> server) {
        try {
            return awaitSingle(server);
        } catch (RuntimeException failure) {
            rethrowCancellation(failure); // nobody wants a fallback any more
            return "standard";
        }
    }

    @Test
    void catchRuntimeException() throws Exception {
        assertThat(run(() -> price(Mono.error(new IllegalStateException("down")))))
                .isEqualTo("standard");
        assertThatThrownBy(() -> run(() -> withTimeout(A_WHILE, () -> price(Mono.never()))))
                .isInstanceOf(TimeoutException.class);
    }
}
