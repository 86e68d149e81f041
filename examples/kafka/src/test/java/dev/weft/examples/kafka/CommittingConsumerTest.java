package dev.weft.examples.kafka;

import static dev.weft.Async.delay;
import static dev.weft.Async.shielded;
import static dev.weft.test.Tests.runTest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.examples.kafka.CommittingConsumer.Effect;
import dev.weft.examples.kafka.CommittingConsumer.Reports;
import dev.weft.test.TestScope;
import dev.weft.test.WeftTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the consumer, in virtual time: an effect takes a second, and ends between two polls; the grace is two. */
class CommittingConsumerTest {
    private static final Duration A_WHILE = Duration.ofMillis(1010);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final TopicPartition LEFT = new TopicPartition("orders", 0);
    private static final TopicPartition RIGHT = new TopicPartition("orders", 1);

    private final Scripted consumer = new Scripted();

    /** What happens, in order. */
    private final Queue<String> trail = new ConcurrentLinkedQueue<>();

    private Deferred<?> start(Effect<String, String> effect) {
        return Async.async(() -> CommittingConsumer.consume(consumer, List.of("orders"), GRACE, effect, new Trail()));
    }

    private void aWhile(ConsumerRecord<String, String> record) {
        trail.add("begin " + record.value());
        delay(A_WHILE);
        trail.add("done " + record.value());
    }

    private void hours(ConsumerRecord<String, String> record) {
        if (record.value().startsWith("long")) {
            trail.add("begin " + record.value());
            delay(Duration.ofHours(1).plusMillis(10));
        }
        trail.add("done " + record.value());
    }

    private static void end(Deferred<?> consuming, TestScope test) {
        consuming.cancel();
        test.advanceBy(GRACE.multipliedBy(5));
        assertThat(consuming.isDone()).isTrue();
    }

    // --- what is committed

    @WeftTest
    void eachRecordIsCommittedWhenItsEffectIsDone(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a", "b");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofSeconds(3));
        assertThat(trail).containsExactly("begin a", "done a", "begin b", "commit {0=1}", "done b", "commit {0=2}");
        end(consuming, test);
        assertThat(trail).hasSize(6); // nothing is committed twice
        assertThat(consumer.closed()).isTrue();
    }

    /** The first batch of a partition is in work, so the second is not asked for, and yet the group sees polls. */
    @WeftTest
    void pollsGoOnWhileAPartitionIsPaused(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "long", "next");
        var consuming = start(this::hours);
        test.advanceBy(A_WHILE);
        assertThat(consumer.paused()).containsExactly(LEFT);
        int polls = consumer.polls;
        test.advanceBy(Duration.ofMinutes(10));
        assertThat(consumer.polls - polls).isGreaterThan(1000);
        assertThat(trail).containsExactly("begin long");
        test.advanceBy(Duration.ofHours(1));
        assertThat(trail).containsExactly("begin long", "done long", "done next", "commit {0=2}");
        assertThat(consumer.paused()).isEmpty();
        end(consuming, test);
    }

    @WeftTest
    void aSlowPartitionDoesNotHoldUpAnother(TestScope test) {
        consumer.assign(LEFT, RIGHT);
        consumer.records(LEFT, "long");
        consumer.records(RIGHT, "a", "b");
        var consuming = start(this::hours);
        test.advanceBy(A_WHILE);
        assertThat(trail).contains("done a", "done b", "commit {1=2}").doesNotContain("done long");
        consumer.records(RIGHT, "c");
        test.advanceBy(A_WHILE);
        assertThat(trail).contains("done c", "commit {1=3}").doesNotContain("done long");
        end(consuming, test);
    }

    // --- rebalances

    @WeftTest
    void aPartitionIsRevokedWhenItsEffectIsDoneAndCommitted(TestScope test) {
        consumer.assign(LEFT, RIGHT);
        consumer.records(LEFT, "a", "b", "c");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(1500)); // b is under way
        consumer.then(() -> consumer.revoke(LEFT));
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .containsExactly(
                        "begin a", "done a", "begin b", "commit {0=1}", "done b", "commit {0=2}", "revoked [0]");
        end(consuming, test);
    }

    @WeftTest
    void anEffectThatTakesTooLongIsCancelledAndNotCommitted(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a", "long", "b");
        var consuming = start(this::hours);
        var took = new AtomicReference<Duration>();
        consumer.then(() -> {
            Duration before = test.currentTime();
            consumer.revoke(LEFT);
            took.set(test.currentTime().minus(before));
        });
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail).containsExactly("done a", "begin long", "commit {0=1}", "revoked [0]");
        assertThat(took).hasValue(GRACE);
        end(consuming, test);
        assertThat(trail).hasSize(4);
    }

    @WeftTest
    void whatIsLostIsCancelledAtOnceAndNeverCommitted(TestScope test) {
        consumer.assign(LEFT, RIGHT);
        consumer.records(LEFT, "a", "b");
        var consuming = start(record -> shielded(() -> aWhile(record))); // it cannot be cancelled
        test.advanceBy(Duration.ofMillis(500));
        consumer.then(() -> consumer.lose(LEFT));
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail).containsExactly("begin a", "done a", "lost [0]");
        end(consuming, test);
        assertThat(trail).hasSize(3);
    }

    /** Otherwise two effects of a partition, and so of a key, would be under way at once. */
    @WeftTest
    void aPartitionThatComesBackWaitsForWhatDidNotEnd(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "stubborn");
        var consuming = start(record -> {
            trail.add("begin " + record.value());
            if (record.value().equals("stubborn")) shielded(() -> delay(A_WHILE.multipliedBy(4)));
            trail.add("done " + record.value());
        });
        test.advanceBy(A_WHILE);
        consumer.then(() -> consumer.lose(LEFT));
        consumer.assign(LEFT);
        consumer.records(LEFT, "next");
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .containsExactly(
                        "begin stubborn", "lost [0]", "done stubborn", "begin next", "done next", "commit {0=2}");
        end(consuming, test);
    }

    @WeftTest
    void itWaitsForThatAlsoIfThePartitionIsLostOnceMore(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "stubborn");
        var consuming = start(record -> {
            trail.add("begin " + record.value());
            if (record.value().equals("stubborn")) shielded(() -> delay(A_WHILE.multipliedBy(4)));
            trail.add("done " + record.value());
        });
        test.advanceBy(A_WHILE);
        for (String next : List.of("never begun", "next")) {
            consumer.then(() -> consumer.lose(LEFT));
            consumer.assign(LEFT);
            consumer.records(LEFT, next);
        }
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .containsExactly(
                        "begin stubborn",
                        "lost [0]",
                        "lost [0]",
                        "done stubborn",
                        "begin next",
                        "done next",
                        "commit {0=3}");
        end(consuming, test);
    }

    @WeftTest
    void aCancellationDoesNotEndTheCommitOfARebalance(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a", "b");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(1500));
        consumer.then(() -> {
            consuming.cancel();
            consumer.revoke(LEFT);
        });
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .containsExactly(
                        "begin a", "done a", "begin b", "commit {0=1}", "done b", "commit {0=2}", "revoked [0]");
        assertThat(consumer.closed()).isTrue();
    }

    // --- failures

    @WeftTest
    void aRecordThatFailsIsToldAndStopsItsPartitionAlone(TestScope test) {
        consumer.assign(LEFT, RIGHT);
        consumer.records(LEFT, "a", "poison", "b");
        consumer.records(RIGHT, "c");
        var consuming = start(record -> {
            if (record.value().equals("poison")) throw new IllegalArgumentException("poison");
            aWhile(record);
        });
        test.advanceBy(Duration.ofMinutes(1));
        consumer.records(RIGHT, "d");
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail).contains("failed poison", "done d").doesNotContain("begin b");
        assertThat(consumer.committed(LEFT)).isEqualTo(1);
        assertThat(consumer.committed(RIGHT)).isEqualTo(2);
        assertThat(consumer.paused()).containsExactly(LEFT);
        end(consuming, test);
        assertThat(trail).doesNotContain("commit {0=2}");
    }

    /** A failure that answers the cancellation is none of the record's. */
    @WeftTest
    void anEffectThatWasCancelledHasNotFailed(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a");
        var consuming = start(record -> {
            try {
                delay(Duration.ofHours(1));
            } catch (CancelledException cancelled) {
                throw new IllegalStateException("connection closed", cancelled);
            }
        });
        test.advanceBy(A_WHILE);
        end(consuming, test);
        assertThat(trail).isEmpty();
    }

    static List<KafkaException> passing() {
        return List.of(new RebalanceInProgressException(), new CommitFailedException(), new TimeoutException());
    }

    @ParameterizedTest
    @MethodSource("passing")
    void aCommitThatFailsIsMadeUpFor(KafkaException failure) throws Exception {
        runTest(test -> {
            consumer.assign(LEFT);
            consumer.records(LEFT, "a", "b");
            consumer.commitFailure = failure;
            var consuming = start(this::aWhile);
            test.advanceBy(Duration.ofMillis(1500));
            String told = "not committed {0=1}: " + failure.getClass().getSimpleName();
            assertThat(new HashSet<>(trail)).containsExactlyInAnyOrder("begin a", "done a", "begin b", told);
            consumer.commitFailure = null;
            test.advanceBy(Duration.ofMillis(100));
            assertThat(trail).endsWith(told, "commit {0=1}");
            end(consuming, test);
        });
    }

    @ParameterizedTest
    @MethodSource("passing")
    void theLastCommitWaitsForTheEndOfARebalance(KafkaException failure) throws Exception {
        runTest(test -> {
            consumer.assign(LEFT);
            consumer.records(LEFT, "a");
            var consuming = start(this::aWhile);
            test.advanceBy(Duration.ofMillis(500));
            consumer.commitFailure = failure;
            consuming.cancel();
            consumer.then(() -> {});
            consumer.then(() -> consumer.commitFailure = null);
            test.advanceBy(Duration.ofMinutes(1));
            assertThat(trail).startsWith("begin a", "done a").endsWith("commit {0=1}");
            assertThat(consumer.closed()).isTrue();
        });
    }

    @WeftTest
    void aMemberThatIsExcludedWhileItLeavesCommitsNothing(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(500));
        consumer.commitFailure = new CommitFailedException();
        consuming.cancel();
        test.advanceBy(Duration.ofMillis(100)); // it polls no more
        consumer.then(() -> {
            consumer.lose(LEFT);
            consumer.commitFailure = null;
        });
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .containsExactly("begin a", "done a", "not committed {0=1}: CommitFailedException", "lost [0]");
        assertThat(consumer.closed()).isTrue();
    }

    @WeftTest
    void aFailureOfTheConsumerEndsIt(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a", "b");
        var failure = new GroupAuthorizationException("orders");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(500));
        consumer.setPollException(failure);
        test.advanceBy(Duration.ofMinutes(1));
        assertThatThrownBy(consuming::await).isSameAs(failure);
        assertThat(trail).containsExactly("begin a", "done a", "commit {0=1}"); // what was under way may end
        assertThat(consumer.closed()).isTrue();
    }

    @WeftTest
    void whatIsRevokedIsNotCommittedLaterEvenIfItsCommitHasFailed(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a");
        var failure = new GroupAuthorizationException("orders");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(500));
        consumer.commitFailure = failure;
        consumer.then(() -> {
            try {
                consumer.revoke(LEFT);
            } finally {
                consumer.commitFailure = null;
            }
        });
        test.advanceBy(Duration.ofMinutes(1));
        assertThatThrownBy(consuming::await).isSameAs(failure);
        assertThat(trail).containsExactly("begin a", "done a");
        assertThat(consumer.closed()).isTrue();
    }

    // --- the end

    @WeftTest
    void aCancellationLetsEffectsEndAndCommitsThem(TestScope test) {
        consumer.assign(LEFT, RIGHT);
        consumer.records(LEFT, "a", "b");
        consumer.records(RIGHT, "c", "d");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(500));
        consuming.cancel("SIGTERM");
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail)
                .contains("done a", "done c")
                .endsWith("commit {0=1, 1=1}")
                .hasSize(5);
        assertThat(consumer.closed()).isTrue();
        assertThatThrownBy(consuming::await)
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("SIGTERM");
    }

    @WeftTest
    void aCancellationIsSeenBetweenPolls(TestScope test) {
        consumer.assign(LEFT);
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(510)); // in the middle of a poll
        consumer.then(() -> trail.add("polled"));
        consuming.cancel();
        test.advanceBy(Duration.ofMinutes(1));
        assertThat(trail).containsExactly("polled");
        assertThat(consumer.closed()).isTrue();
    }

    @WeftTest
    void aCommitThatFailsForeverDoesNotHoldUpTheEnd(TestScope test) {
        consumer.assign(LEFT);
        consumer.records(LEFT, "a");
        var consuming = start(this::aWhile);
        test.advanceBy(Duration.ofMillis(500));
        consumer.commitFailure = new TimeoutException();
        consumer.commitTime = Duration.ofMillis(1500);
        consuming.cancel();
        test.advanceBy(GRACE.multipliedBy(3));
        assertThat(consuming.isDone()).isTrue();
        assertThat(trail).filteredOn(told -> told.startsWith("not committed")).hasSize(2); // the second is not cut off
        assertThat(consumer.closed()).isTrue();
    }

    /** Adds what is told to the trail. */
    private final class Trail implements Reports<String, String> {
        @Override
        public void failed(ConsumerRecord<String, String> record, Throwable failure) {
            trail.add("failed " + record.value());
        }

        @Override
        public void notCommitted(Map<TopicPartition, OffsetAndMetadata> offsets, KafkaException failure) {
            trail.add(
                    "not committed " + text(offsets) + ": " + failure.getClass().getSimpleName());
        }

        @Override
        public void revoked(Collection<TopicPartition> partitions) {
            trail.add("revoked "
                    + partitions.stream().map(TopicPartition::partition).toList());
        }

        @Override
        public void lost(Collection<TopicPartition> partitions) {
            trail.add(
                    "lost " + partitions.stream().map(TopicPartition::partition).toList());
        }
    }

    private static String text(Map<TopicPartition, OffsetAndMetadata> offsets) {
        List<String> texts = new ArrayList<>();
        offsets.forEach((partition, offset) -> texts.add(partition.partition() + "=" + offset.offset()));
        texts.sort(null);
        return "{" + String.join(", ", texts) + "}";
    }

    /** Polls take their time on the test's clock, and do first what a test has ordered, one thing each. */
    private final class Scripted extends MockConsumer<String, String> {
        private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
        private final Map<TopicPartition, Long> ends = new HashMap<>();
        private volatile @Nullable ConsumerRebalanceListener listener;
        private volatile @Nullable KafkaException commitFailure;
        private volatile Duration commitTime = Duration.ZERO;
        private volatile int polls;

        Scripted() {
            super("earliest");
            updateBeginningOffsets(Map.of(LEFT, 0L, RIGHT, 0L));
        }

        void then(Runnable order) {
            orders.add(order);
        }

        void assign(TopicPartition... partitions) {
            then(() -> {
                listener().onPartitionsAssigned(List.of(partitions));
                rebalance(with(List.of(partitions)));
            });
        }

        void records(TopicPartition partition, String... values) {
            then(() -> {
                for (String value : values) {
                    long offset = ends.merge(partition, 1L, Long::sum) - 1;
                    addRecord(new ConsumerRecord<>(partition.topic(), partition.partition(), offset, "key", value));
                }
            });
        }

        /** In an order, as all that follows. */
        void revoke(TopicPartition partition) {
            listener().onPartitionsRevoked(List.of(partition));
            rebalance(without(partition));
        }

        void lose(TopicPartition partition) {
            listener().onPartitionsLost(List.of(partition));
            rebalance(without(partition));
        }

        private Set<TopicPartition> with(Collection<TopicPartition> partitions) {
            Set<TopicPartition> all = new HashSet<>(assignment());
            all.addAll(partitions);
            return all;
        }

        private Set<TopicPartition> without(TopicPartition partition) {
            Set<TopicPartition> rest = new HashSet<>(assignment());
            rest.remove(partition);
            return rest;
        }

        private ConsumerRebalanceListener listener() {
            return Objects.requireNonNull(listener, "listener");
        }

        /** {@return what is committed of a partition; -1 is nothing} */
        long committed(TopicPartition partition) {
            OffsetAndMetadata found = committed(Set.of(partition)).get(partition);
            return found == null ? -1 : found.offset();
        }

        /** The listener is called here, and not by the mock, which holds a monitor meanwhile. */
        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
            this.listener = listener;
            super.subscribe(topics);
        }

        @Override
        public ConsumerRecords<String, String> poll(Duration time) {
            shielded(() -> delay(time)); // as Kafka's own, it ends with its time or by an interrupt
            interrupted();
            polls++;
            Runnable order = orders.poll();
            if (order != null) order.run();
            return super.poll(time);
        }

        private static void interrupted() {
            if (Thread.currentThread().isInterrupted()) throw new InterruptException("interrupted");
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration time) {
            shielded(() -> delay(commitTime));
            interrupted();
            if (commitFailure != null) throw commitFailure;
            trail.add("commit " + text(offsets));
            super.commitSync(offsets, time);
        }
    }
}
