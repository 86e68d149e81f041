package dev.weft.examples.kafka;

import static dev.weft.Async.await;

import dev.weft.CancelledException;
import dev.weft.examples.kafka.CommittingConsumer.Reports;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** One of those who book orders: a consumer that looks at each of its commits, can be frozen, and tells what it sees. */
final class Clerk implements Reports<String, String> {
    private static final Duration GRACE = Duration.ofMillis(300);

    private final String name;
    private final Books books;
    private final Ledger ledger;
    private final PrintStream out;
    private final Duration pollInterval;
    private final Map<TopicPartition, Long> booked = new ConcurrentHashMap<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger notCommitted = new AtomicInteger();
    private volatile long longestPause;
    private volatile Set<TopicPartition> owned = Set.of();
    private volatile boolean frozen;
    private volatile CompletableFuture<Void> thawed = CompletableFuture.completedFuture(null);

    Clerk(String name, Books books, Ledger ledger, PrintStream out, Duration pollInterval) {
        this.name = name;
        this.books = books;
        this.ledger = ledger;
        this.out = out;
        this.pollInterval = pollInterval;
    }

    /** Books orders until it is cancelled. */
    void work(String broker, String topic, String protocol) {
        CommittingConsumer.consume(
                new Watched(settings(broker, topic, protocol)), List.of(topic), GRACE, this::book, this);
    }

    private void book(ConsumerRecord<String, String> order) {
        begun.incrementAndGet();
        try {
            ledger.book(order).await();
        } catch (CancelledException givenUp) {
            cancelled.incrementAndGet();
            throw givenUp;
        }
        booked.merge(Books.partition(order), order.offset() + 1, Math::max);
        done.incrementAndGet();
    }

    private Map<String, Object> settings(String broker, String group, String protocol) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker,
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.CLIENT_ID_CONFIG,
                name,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                40,
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                (int) pollInterval.toMillis()));
        switch (protocol) {
            case "consumer" -> settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
            case "cooperative" -> settings.putAll(classic(CooperativeStickyAssignor.class));
            case "eager" -> settings.putAll(classic(RangeAssignor.class));
            default -> throw new Broken("no protocol is named " + protocol + ": consumer, cooperative or eager");
        }
        return settings;
    }

    private static Map<String, Object> classic(Class<?> assignor) {
        return Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                assignor.getName(),
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                500); // by which a member hears of a rebalance
    }

    // --- what the story asks

    /** {@return how many orders it has begun to book} */
    int begun() {
        return begun.get();
    }

    /** {@return how many orders it has booked, new or again} */
    int done() {
        return done.get();
    }

    /** {@return how many bookings were cancelled} */
    int cancelled() {
        return cancelled.get();
    }

    /** {@return the offset after the last order that it has booked, of each partition that it has had} */
    Map<TopicPartition, Long> booked() {
        return Map.copyOf(booked);
    }

    /** {@return how often it has lost partitions without being asked} */
    int lost() {
        return lost.get();
    }

    /** {@return whether there was a time without a poll after which the group excludes a member} */
    boolean wasSlow() {
        return longestPause >= pollInterval.toNanos();
    }

    /** {@return the partitions that it had when it has polled last} */
    Set<TopicPartition> owned() {
        return owned;
    }

    /** It polls no more, as if its machine stood still, as soon as it has partitions and orders under way. */
    void freeze() {
        thawed = new CompletableFuture<>();
    }

    boolean isFrozen() {
        return frozen;
    }

    void thaw() {
        thawed.complete(null);
    }

    // --- what it tells

    @Override
    public void failed(ConsumerRecord<String, String> record, Throwable failure) {
        tell("cannot book order " + record.value() + " of " + record.key() + ": " + failure);
    }

    @Override
    public void notCommitted(Map<TopicPartition, OffsetAndMetadata> offsets, KafkaException failure) {
        notCommitted.incrementAndGet(); // many, while a rebalance lasts
    }

    @Override
    public void revoked(Collection<TopicPartition> partitions) {
        tell("gives up " + numbers(partitions));
    }

    @Override
    public void lost(Collection<TopicPartition> partitions) {
        lost.incrementAndGet();
        tell("has lost " + numbers(partitions) + ", and commits nothing for them");
    }

    /** At the end of a shift. */
    void sumUp() {
        tell("has booked " + done + " orders; " + notCommitted + " commits had to wait for the end of a rebalance");
    }

    void tell(String what) {
        out.println(name + " " + what);
    }

    private static String numbers(Collection<TopicPartition> partitions) {
        return "partitions "
                + partitions.stream().map(TopicPartition::partition).sorted().toList();
    }

    /** Looks at each commit, and stands still while it is frozen. */
    private final class Watched extends KafkaConsumer<String, String> {
        private long lastPoll = System.nanoTime();

        Watched(Map<String, Object> settings) {
            super(settings, new StringDeserializer(), new StringDeserializer());
        }

        @Override
        public ConsumerRecords<String, String> poll(Duration time) {
            owned = Set.copyOf(assignment());
            frozen = !thawed.isDone() && !owned.isEmpty() && begun.get() > done.get() + cancelled.get();
            if (frozen) await(thawed);
            long now = System.nanoTime();
            longestPause = Math.max(longestPause, now - lastPoll);
            lastPoll = now;
            return super.poll(time);
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration time) {
            offsets.forEach((partition, offset) -> {
                Broken.unless(assignment().contains(partition), name + " commits for " + partition + " of others");
                Broken.unless(
                        offset.offset() <= books.done(partition),
                        name + " commits " + offset.offset() + " of " + partition + ", but only "
                                + books.done(partition) + " are booked");
            });
            super.commitSync(offsets, time);
        }
    }
}
