package dev.weft.examples.kafka;

import static dev.weft.Async.checkpoint;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.Async.withoutInterrupts;

import dev.weft.Deferred;
import dev.weft.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * A member of a consumer group that performs an effect for each record: those of a partition in order, partitions
 * concurrently. It commits the offset after the last record whose effect is done, and nothing else.
 *
 * <p>One coroutine owns the consumer, which may be used by one thread only: it polls, pauses, commits, and runs the
 * callbacks of rebalances. The records of a partition that a poll has given are worked on in a coroutine of their own.
 * Meanwhile the partition is paused and polls go on, so that an effect may take longer than {@code max.poll.interval.ms}.
 *
 * <p>A partition that is revoked is waited for: the effect under way may end within the grace, and is cancelled after it.
 * Then what was processed is committed, before the partition is given up. The same happens to all partitions when the
 * coroutine is cancelled. What belongs to a partition that was lost is cancelled and never committed.
 *
 * <p>So each effect happens at least once. It happens again if it was cancelled half-way, if a commit has failed, and if
 * the partition was lost meanwhile: the effect must recognise a record that it has seen, by a key.
 *
 * <p>The consumer must have {@code enable.auto.commit=false}, and {@code max.poll.interval.ms} must be longer than three
 * times the grace: that is what the callback of a rebalance takes at most.
 */
final class CommittingConsumer<K, V> implements ConsumerRebalanceListener {
    /** Also how soon a cancellation is seen, and the end of an effect: a wakeup could end a commit instead of a poll. */
    private static final Duration A_POLL = Duration.ofMillis(50);

    /** What is done for a record. It may await for any time, and is cancelled when the partition has to be given up. */
    @FunctionalInterface
    interface Effect<K, V> {
        /** Performs it; what it throws stops the partition. */
        void perform(ConsumerRecord<K, V> record) throws Exception;
    }

    /** What is told on the way. These are called by the owner, but for {@code failed}, and must not throw. */
    interface Reports<K, V> {
        /** An effect has failed. Its partition stands still at this record until it is assigned again. */
        void failed(ConsumerRecord<K, V> record, Throwable failure);

        /** A commit has failed; it is tried again if the partitions stay here. */
        void notCommitted(Map<TopicPartition, OffsetAndMetadata> offsets, KafkaException failure);

        /** What was processed of these was committed if possible, and they are about to be given up. */
        void revoked(Collection<TopicPartition> partitions);

        /** Others may have these already. */
        void lost(Collection<TopicPartition> partitions);
    }

    private final Consumer<K, V> consumer;
    private final Duration grace;
    private final Effect<K, V> effect;
    private final Reports<K, V> reports;
    private final Supervisor works = Supervisor.open("works");
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();

    /** Works that have outlived their partition here, since they did not end when they were cancelled. */
    private final Map<TopicPartition, Deferred<?>> stragglers = new HashMap<>();

    private CommittingConsumer(Consumer<K, V> consumer, Duration grace, Effect<K, V> effect, Reports<K, V> reports) {
        this.consumer = consumer;
        this.grace = grace;
        this.effect = effect;
        this.reports = reports;
    }

    /**
     * Consumes topics until it is cancelled or the consumer fails, and closes the consumer. To be called in a coroutine,
     * which then owns the consumer.
     *
     * @param consumer the consumer, which nothing else may use from now on
     * @param topics what to consume
     * @param grace how long an effect that is under way may take when its partition has to be given up
     * @param effect what is done for each record
     * @param reports what is told on the way
     */
    static <K, V> void consume(
            Consumer<K, V> consumer,
            Collection<String> topics,
            Duration grace,
            Effect<K, V> effect,
            Reports<K, V> reports) {
        var owner = new CommittingConsumer<>(consumer, grace, effect, reports);
        try {
            consumer.subscribe(topics, owner);
            while (true) {
                checkpoint();
                owner.round();
            }
        } finally {
            shielded(owner::leave);
        }
    }

    private void round() {
        ConsumerRecords<K, V> records = poll();
        for (TopicPartition partition : records.partitions()) {
            consumer.pause(Set.of(partition));
            lanes.computeIfAbsent(partition, Lane::new).begin(records.records(partition));
        }
        List<Lane> through = lanes.values().stream().filter(Lane::isThrough).toList();
        commit(lanes.values());
        for (Lane lane : through) {
            lane.work = null;
            consumer.resume(Set.of(lane.partition));
        }
    }

    /** A cancellation is seen between polls. Inside, Kafka would be interrupted, perhaps half-way through a rebalance. */
    private ConsumerRecords<K, V> poll() {
        return withoutInterrupts(() -> consumer.poll(A_POLL));
    }

    /**
     * {@return whether everything is committed that was processed in these} If a rebalance stands in the way, the next
     * poll goes on with that, and tells which partitions are still ours.
     */
    private boolean commit(Collection<Lane> lanes) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Lane lane : lanes) {
            OffsetAndMetadata processed = lane.processed;
            if (processed != null && !processed.equals(lane.committed)) offsets.put(lane.partition, processed);
        }
        if (offsets.isEmpty()) return true;
        try {
            withoutInterrupts(() -> consumer.commitSync(offsets, grace));
        } catch (RetriableException | RebalanceInProgressException | CommitFailedException failure) {
            reports.notCommitted(offsets, failure);
            return false;
        }
        for (Lane lane : lanes) lane.committed = offsets.getOrDefault(lane.partition, lane.committed);
        return true;
    }

    // --- rebalances: the consumer calls these inside of poll and close, in the coroutine that owns it

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {} // their lanes begin with their records

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        shielded(() -> {
            List<Lane> revoked = lanes(partitions);
            try {
                end(revoked, grace);
                commit(revoked);
            } finally {
                lanes.keySet().removeAll(partitions); // never committed from here on, whatever has failed
            }
            reports.revoked(partitions);
        });
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        shielded(() -> {
            end(lanes(partitions), Duration.ZERO);
            lanes.keySet().removeAll(partitions);
            reports.lost(partitions);
        });
    }

    private List<Lane> lanes(Collection<TopicPartition> partitions) {
        return partitions.stream().map(lanes::get).filter(Objects::nonNull).toList();
    }

    /** Lets effects end within a time, and cancels those that do not. */
    private void end(Collection<Lane> lanes, Duration within) {
        List<Deferred<?>> running = new ArrayList<>();
        for (Lane lane : lanes) {
            lane.leaving = true;
            if (lane.work != null) running.add(lane.work);
        }
        withTimeoutOrNull(within, () -> gatherSettled(running));
        for (Deferred<?> work : running) work.cancel("the partition is given up");
        withTimeoutOrNull(grace, () -> gatherSettled(running));
        for (Lane lane : lanes) if (lane.work != null && !lane.work.isDone()) stragglers.put(lane.partition, lane.work);
    }

    /** The last commit may have to wait for the end of a rebalance, which polls bring about. */
    private void leave() {
        try {
            end(lanes.values(), grace);
            withTimeoutOrNull(grace, () -> {
                while (!commit(lanes.values())) {
                    consumer.pause(consumer.assignment());
                    poll(); // what it gives is not begun, and so never committed
                    checkpoint();
                }
                return true;
            });
        } finally {
            works.close(grace);
            consumer.close(CloseOptions.timeout(grace));
        }
    }

    /** A partition that is assigned to us and has given records. All is the owner's but what the work writes. */
    private final class Lane {
        private final TopicPartition partition;
        private @Nullable OffsetAndMetadata committed;

        /** What is under way; null while the partition is not paused. */
        private @Nullable Deferred<?> work;

        private long end;

        /** The offset after the last record whose effect is done; written by the work. */
        private volatile @Nullable OffsetAndMetadata processed;

        /** Read by the work before each record. */
        private volatile boolean leaving;

        Lane(TopicPartition partition) {
            this.partition = partition;
        }

        void begin(List<ConsumerRecord<K, V>> records) {
            if (work != null) throw new IllegalStateException(partition + " has given records while it was paused");
            Deferred<?> before = stragglers.get(partition); // stays there: this work may end before it does
            end = records.getLast().offset() + 1;
            work = works.launch(partition.toString(), () -> {
                if (before != null) gatherSettled(before);
                for (ConsumerRecord<K, V> record : records) if (!leaving && !perform(record)) return;
            });
        }

        /** Not whether the work has ended: to resume after a record that has failed would leave it out. */
        boolean isThrough() {
            return work != null && processed != null && processed.offset() == end;
        }

        /** {@return whether it is done} */
        private boolean perform(ConsumerRecord<K, V> record) {
            try {
                effect.perform(record);
            } catch (Throwable failure) {
                rethrowCancellation(failure);
                reports.failed(record, failure);
                return false;
            }
            processed = new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), "");
            return true;
        }
    }
}
