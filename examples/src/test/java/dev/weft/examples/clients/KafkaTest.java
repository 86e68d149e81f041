package dev.weft.examples.clients;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Kafka: a producer that calls back on its only sender thread, and a consumer that is polled. */
class KafkaTest extends ClientTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private static EmbeddedKafkaKraftBroker broker;

    @BeforeAll
    static void start() {
        broker = broker("sent", "read", "left", "woken", "quiet");
    }

    @AfterAll
    static void stop() {
        broker.destroy();
    }

    private static EmbeddedKafkaKraftBroker broker(String... topics) {
        var broker = new EmbeddedKafkaKraftBroker(1, 1, topics);
        broker.brokerProperty("group.initial.rebalance.delay.ms", "0");
        broker.afterPropertiesSet();
        return broker;
    }

    private static Producer<String, String> producer(String address, Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static Producer<String, String> producer(Map<String, Object> more) {
        return producer(broker.getBrokersAsString(), more);
    }

    /** A record that failed has metadata all the same, which are of no use: so not {@code done::accept}. */
    private static RecordMetadata send(Producer<String, String> producer, String topic, String value) {
        return awaitCallback(done -> producer.send(new ProducerRecord<>(topic, value), (metadata, failure) -> {
            if (failure == null) done.resume(metadata);
            else done.fail(failure);
        }));
    }

    // --- the producer

    @Test
    void recordsAreSent() {
        try (var producer = producer(Map.of())) {
            run(() -> {
                assertThat(send(producer, "sent", "first").offset()).isZero();
                assertThat(send(producer, "sent", "second").offset()).isEqualTo(1);
            });
        }
        untilNoThreadOf("kafka-producer");
    }

    @Test
    void aFailureKeepsItsIdentity() {
        var told = new AtomicReference<Exception>();
        try (var producer = producer(Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 100))) {
            assertThatThrownBy(() -> run(() -> Async.<RecordMetadata>awaitCallback(done ->
                            producer.send(new ProducerRecord<>("sent", "x".repeat(1000)), (metadata, failure) -> {
                                told.set(failure);
                                done.accept(metadata, failure);
                            }))))
                    .isInstanceOf(RecordTooLargeException.class)
                    .satisfies(thrown -> assertThat(thrown).isSameAs(told.get()));
        }
        assertThat(discarded).hasOnlyElementsOfType(RecordMetadata.class).hasSize(1); // the place-holder
        discarded.clear();
    }

    @Test
    void whoeverWaitsForARecordMayLeaveAndItIsSentAllTheSame() throws Exception {
        var linger = Map.<String, Object>of(
                ProducerConfig.LINGER_MS_CONFIG, 600_000, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 700_000);
        try (var producer = producer(linger)) {
            var queued = new CompletableFuture<Void>();
            cancelled(
                    queued,
                    () -> Async.<RecordMetadata>awaitCallback(done -> {
                        producer.send(new ProducerRecord<>("left", "value"), done::accept);
                        queued.complete(null);
                    }));
            producer.flush();
        }
        assertThat(discarded)
                .singleElement()
                .isInstanceOfSatisfying(
                        RecordMetadata.class, sent -> assertThat(sent.offset()).isZero());
        discarded.clear();
    }

    @Test
    void aBrokerThatNeverAnswersFailsTheSend() throws Exception {
        var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        // closed before the producer, which would wait for it for half a minute
        try (var producer = producer(address(silent), Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, 200));
                silent) {
            assertThatThrownBy(() -> run(() -> send(producer, "sent", "value"))).isInstanceOf(TimeoutException.class);
        }
    }

    /** Before it queues the first record of a topic, {@code send} itself blocks until it knows the partitions. */
    @Test
    void aSendThatBlocksEndsWithTheCancellation() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var producer = producer(address(silent), Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, 600_000))) {
            var connected = CompletableFuture.supplyAsync(() -> accepted(silent));
            var caller = new CompletableFuture<Thread>();
            var waiting = caller.thenAcceptAsync(thread -> until(
                    "waiting",
                    () -> Arrays.stream(thread.getStackTrace())
                            .anyMatch(frame -> frame.getMethodName().equals("waitOnMetadata"))));
            cancelled(waiting, () -> {
                caller.complete(Thread.currentThread());
                return send(producer, "sent", "value");
            });
            connected.join().close();
            producer.close(Duration.ZERO);
        }
    }

    private static Socket accepted(ServerSocket server) {
        try {
            return server.accept();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String address(ServerSocket server) {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Test
    void aBrokerThatGoesAwayFailsWhatIsStillToBeSent() {
        var impatient = Map.<String, Object>of(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 500,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 1000,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000,
                ProducerConfig.LINGER_MS_CONFIG, 0);
        var dying = broker("sent");
        try (var producer = producer(dying.getBrokersAsString(), impatient);
                var patient = producer(dying.getBrokersAsString(), Map.of())) {
            run(() -> {
                assertThat(send(patient, "sent", "first").offset()).isZero();
                assertThat(producer.partitionsFor("sent")).hasSize(1);
                dying.destroy();
                assertThatThrownBy(() -> send(producer, "sent", "second")).isInstanceOf(TimeoutException.class);
            });
            patient.close(Duration.ZERO);
            producer.close(Duration.ZERO);
        }
    }

    // --- the consumer

    private static Consumer<String, String> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.getBrokersAsString(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    /** A cancellation interrupts the poll, which leaves the flag set: the shield lets the consumer say farewell. */
    private static AsyncStream<String> values(String topic) {
        return stream(out -> {
            var consumer = consumer(topic);
            try {
                consumer.subscribe(List.of(topic));
                while (true) {
                    checkpoint();
                    for (ConsumerRecord<String, String> each : consumer.poll(LONG)) out.emit(each.value());
                }
            } finally {
                shielded(() -> consumer.close());
            }
        });
    }

    private static void untilNobodyIsIn(String group) {
        until(
                "left the group " + group,
                () -> broker.doWithAdminFunction(admin -> {
                    try {
                        return admin.describeConsumerGroups(List.of(group))
                                .all()
                                .get()
                                .get(group)
                                .members()
                                .isEmpty();
                    } catch (Exception failure) {
                        throw new AssertionError(failure);
                    }
                }));
    }

    @Test
    void aTopicIsALoop() {
        try (var producer = producer(Map.of())) {
            for (int i = 0; i < 5; i++) producer.send(new ProducerRecord<>("read", "value " + i));
        }
        assertThat(run(() -> values("read").take(3).collect(3))).containsExactly("value 0", "value 1", "value 2");
        untilNobodyIsIn("read");
        assertThat(discarded).isSubsetOf("value 3"); // on its way when the loop was left
        discarded.clear();
    }

    @Test
    void aCancellationEndsThePollAndTheConsumerLeavesItsGroup() throws Exception {
        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("woken", "value"));
        }
        var reading = new CompletableFuture<Void>();
        cancelled(reading, () -> {
            values("woken").forEach(value -> reading.complete(null));
            return null;
        });
        untilNobodyIsIn("woken");
    }

    /** The other way, for a consumer that lives on a thread of its own and is used by several in turn. */
    @Test
    void aCancellationWakesAConsumerThatSurvivesIt() throws Exception {
        var thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("polling").factory());
        var consumer = consumer("survivor");
        try {
            soon(thread.submit(() -> consumer.subscribe(List.of("quiet"))));
            var polling = new CompletableFuture<Void>();
            cancelled(
                    polling,
                    () -> Async.<ConsumerRecords<String, String>>awaitCallback(done -> {
                        done.onCancel(consumer::wakeup);
                        thread.execute(() -> {
                            polling.complete(null);
                            try {
                                done.resume(consumer.poll(LONG));
                            } catch (RuntimeException failure) {
                                done.fail(failure);
                            }
                        });
                    }));
            assertThat(soon(thread.submit(() -> consumer.subscription()))).containsExactly("quiet");
        } finally {
            soon(thread.submit(() -> consumer.close()));
            thread.shutdown();
        }
        assertThat(thread.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
    }
}
