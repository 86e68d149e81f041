package dev.weft.examples.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the bank has booked. The key of an order is its customer and its number, by which an order that comes again is
 * recognised; the orders of a customer have to come in the order of their numbers.
 */
final class Books {
    /** How long a booking takes, while the bank is open. */
    static final Duration A_MOMENT = Duration.ofMillis(2);

    private final Map<String, Integer> last = new HashMap<>();
    private final Map<TopicPartition, Long> done = new HashMap<>();
    private int booked;
    private int again;
    private @Nullable String fault;
    private CompletableFuture<Void> opened = CompletableFuture.completedFuture(null);

    /** {@return whether it was new} */
    synchronized boolean enter(ConsumerRecord<String, String> order) {
        int number = Integer.parseInt(order.value());
        int before = last.getOrDefault(order.key(), 0);
        done.merge(partition(order), order.offset() + 1, Math::max);
        if (number <= before) {
            again++;
            return false;
        }
        if (number != before + 1) fault = "order " + number + " of " + order.key() + " was booked after " + before;
        last.put(order.key(), number);
        booked++;
        return true;
    }

    static TopicPartition partition(ConsumerRecord<?, ?> order) {
        return new TopicPartition(order.topic(), order.partition());
    }

    /** {@return how many orders were booked} */
    synchronized int booked() {
        return booked;
    }

    /** {@return how many orders came after they had been booked, and were recognised} */
    synchronized int again() {
        return again;
    }

    /** {@return the first offset of a partition that is not booked} */
    synchronized long done(TopicPartition partition) {
        return done.getOrDefault(partition, 0L);
    }

    /** {@return what was booked in a wrong order} */
    synchronized Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    /** The bank answers nobody from now on. */
    synchronized void shut() {
        opened = new CompletableFuture<>();
    }

    synchronized void open() {
        opened.complete(null);
    }

    /** {@return completed while the bank is open} */
    synchronized CompletableFuture<Void> opened() {
        return opened;
    }
}
