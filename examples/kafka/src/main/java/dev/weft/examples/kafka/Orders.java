package dev.weft.examples.kafka;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.runMain;
import static dev.weft.Async.using;
import static dev.weft.Async.withTimeout;

import dev.weft.Async;
import dev.weft.Deferred;
import dev.weft.TaskGroup;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Clerks who book the orders of a topic at a bank. One joins while bookings are awaited, and its partitions are given up
 * for it; one goes home; one freezes for so long that others take its partitions. Every order is booked once, and those
 * of a customer in their order.
 */
public final class Orders {
    private static final int PARTITIONS = 4;
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(3);
    private static final Duration SHORTER = Duration.ofSeconds(2);
    private static final Duration A_MOMENT = Duration.ofMillis(10);
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final List<String> CUSTOMERS = IntStream.rangeClosed(1, 12)
            .mapToObj(number -> "customer " + number)
            .toList();

    private final PrintStream out;
    private final String broker;
    private final String topic = "orders-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private final String protocol;
    private final Admin admin;
    private final Books books = new Books();
    private final Ledger ledger = ledger(books);
    private final AtomicBoolean enough = new AtomicBoolean();

    private Orders(PrintStream out, String broker, Admin admin, String protocol) {
        this.out = out;
        this.broker = broker;
        this.admin = admin;
        this.protocol = protocol;
    }

    /** Reads the properties {@code kafka}, the address of a broker, and {@code protocol}: consumer, cooperative or eager. */
    public static void main(String[] args) {
        var broken = new AtomicBoolean();
        runMain(() -> {
            try {
                tell(System.out, System.getProperty("protocol", ""));
            } catch (Broken promise) {
                System.out.flush();
                System.err.println("Orders: " + promise.getMessage());
                broken.set(true);
            }
        });
        if (broken.get()) System.exit(1);
    }

    /** Opens a broker, and has the orders booked. */
    static void tell(PrintStream out, String protocol) throws Exception {
        using(Broker::open, Broker::close, broker -> {
            Map<String, Object> settings = Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    broker.address(),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    (int) SOON.toMillis());
            using(() -> Admin.create(settings), Admin::close, admin -> {
                new Orders(out, broker.address(), admin, protocol.isBlank() ? "cooperative" : protocol).bookAll();
            });
        });
    }

    private static Ledger ledger(Books books) {
        String backend = Async.backend().id();
        return switch (backend) {
            case "reactor" -> new ReactorLedger(books);
            case "rxjava" -> new RxLedger(books);
            default -> throw new Broken("there is no client of the bank here for " + backend);
        };
    }

    private void bookAll() throws Exception {
        out.println("--- orders on " + Async.backend().id() + ", " + protocol + " group");
        using(this::createTopic, this::deleteTopic, orders -> {
            using(this::producer, Producer::close, producer -> {
                group(story -> {
                    Deferred<Long> produced = story.async(() -> produce(producer));
                    Shift rome = begin("Rome", POLL_INTERVAL, story);
                    until(() -> rome.clerk.done() >= 50, "Rome does not book");
                    Shift oslo = theBankIsShutWhileOsloJoins(rome, story);
                    osloGoesHome(oslo);
                    bernFreezes(rome, story);
                    enough.set(true);
                    theRestIsBooked(rome, produced.await());
                });
            });
        });
    }

    private String createTopic() {
        try {
            await(admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .toCompletionStage());
            return topic;
        } catch (org.apache.kafka.common.errors.TimeoutException silent) {
            throw new Broken("no broker answers at " + broker);
        }
    }

    private void deleteTopic(String name) {
        await(admin.deleteTopics(List.of(name)).all().toCompletionStage());
    }

    // --- what happens

    /** Rome waits longer than {@code max.poll.interval.ms}, and stays in the group, since it polls meanwhile. */
    private Shift theBankIsShutWhileOsloJoins(Shift rome, TaskGroup story) {
        books.shut();
        out.println("The bank does not answer any more");
        Shift oslo = begin("Oslo", POLL_INTERVAL, story);
        until(() -> oslo.clerk.begun() > 0, "Oslo gets no orders");
        delay(POLL_INTERVAL.plusMillis(500));
        books.open();
        out.println("The bank answers again");
        Broken.unless(
                rome.clerk.lost() == 0 || rome.clerk.wasSlow(), "Rome has lost its partitions, although it polled");
        Broken.unless(rome.clerk.cancelled() > 0, "no booking was cancelled when its partition was given up");
        out.println(rome.clerk.cancelled() + " bookings were cancelled when Rome gave their partitions up");
        until(() -> oslo.clerk.done() >= 50, "Oslo does not book");
        return oslo;
    }

    private void osloGoesHome(Shift oslo) {
        oslo.end();
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        oslo.clerk.booked().forEach((partition, offset) -> {
            OffsetAndMetadata found = committed.get(partition);
            Broken.unless(
                    found != null && found.offset() >= offset,
                    "Oslo has booked " + partition + " up to " + offset + ", but committed is " + found);
        });
        oslo.clerk.tell("has gone home, and all that it has booked is committed");
    }

    private void bernFreezes(Shift rome, TaskGroup story) {
        Shift bern = begin("Bern", SHORTER, story);
        until(() -> bern.clerk.done() >= 50, "Bern does not book");
        int lost = bern.clerk.lost();
        books.shut();
        bern.clerk.freeze();
        until(bern.clerk::isFrozen, "Bern polls on");
        books.open(); // what Bern has begun is booked, but never committed
        bern.clerk.tell("freezes, and has partitions and orders in its hands");
        var had = bern.clerk.owned();
        Map<TopicPartition, Long> before = rome.clerk.booked();
        until(
                () -> rome.clerk.booked().entrySet().stream()
                        .anyMatch(now ->
                                had.contains(now.getKey()) && !now.getValue().equals(before.get(now.getKey()))),
                "nobody takes the partitions of Bern, which is frozen");
        bern.clerk.tell("wakes up, and others have its partitions");
        bern.clerk.thaw();
        until(() -> bern.clerk.lost() > lost, "Bern is not told that it has lost its partitions");
        bern.end();
    }

    private void theRestIsBooked(Shift rome, long produced) {
        until(() -> books.booked() >= produced, "lost: " + produced + " orders were produced, but not all are booked");
        rome.end();
        Broken.unless(books.booked() == produced, books.booked() + " orders were booked, of " + produced);
        books.fault().ifPresent(fault -> Broken.unless(false, fault));
        Broken.unless(books.again() > 0, "what Bern had booked and not committed did not come again");
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var each = new TopicPartition(topic, partition);
            long end = await(admin.listOffsets(Map.of(each, OffsetSpec.latest()))
                            .partitionResult(each)
                            .toCompletionStage())
                    .offset();
            OffsetAndMetadata found = committed.get(each);
            Broken.unless(
                    found != null && found.offset() == end, each + " ends at " + end + ", but committed is " + found);
        }
        out.println("All " + produced + " orders are booked, each once, in the order of each customer; " + books.again()
                + " came again and were recognised");
    }

    // --- who does it

    /** A clerk at work. */
    private record Shift(Clerk clerk, Deferred<?> work) {
        void end() {
            work.cancel("the shift is over");
            until(work::isDone, "a clerk does not end");
            clerk.sumUp();
        }
    }

    private Shift begin(String name, Duration pollInterval, TaskGroup story) {
        var clerk = new Clerk(name, books, ledger, out, pollInterval);
        clerk.tell("joins");
        return new Shift(clerk, story.async(() -> clerk.work(broker, topic, protocol)));
    }

    /** {@return how many orders it has sent} */
    private long produce(Producer<String, String> producer) {
        long sent = 0;
        for (int number = 1; !enough.get(); number++) {
            for (String customer : CUSTOMERS) send(producer, customer, String.valueOf(number));
            sent += CUSTOMERS.size();
            delay(A_MOMENT.multipliedBy(5));
        }
        return sent;
    }

    private void send(Producer<String, String> producer, String customer, String number) {
        Async.<RecordMetadata>awaitCallback(done ->
                producer.send(new ProducerRecord<>(topic, customer, number), (metadata, failure) -> {
                    if (failure == null) done.resume(metadata);
                    else done.fail(failure);
                }));
    }

    private Producer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker),
                new StringSerializer(),
                new StringSerializer());
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() {
        return await(admin.listConsumerGroupOffsets(topic)
                .partitionsToOffsetAndMetadata()
                .toCompletionStage());
    }

    private static void until(BooleanSupplier holds, String otherwise) {
        try {
            withTimeout(SOON, () -> {
                while (!holds.getAsBoolean()) delay(A_MOMENT);
            });
        } catch (TimeoutException late) {
            throw new Broken(otherwise);
        }
    }
}
