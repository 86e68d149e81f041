package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Sources that are polled, such as a consumer of Kafka, need no bridge: a generator is a loop on a thread of its own. */
class PullTest {
    private static final Duration LONG = Duration.ofDays(1);

    /** A consumer that is confined to one thread, as that of Kafka; its poll is ended by an interrupt. */
    private static final class Consumer implements AutoCloseable {
        static final class InterruptException extends RuntimeException {
            private static final long serialVersionUID = 1;

            InterruptException(InterruptedException cause) {
                super(cause);
                Thread.currentThread().interrupt();
            }
        }

        final LinkedBlockingQueue<Integer> records = new LinkedBlockingQueue<>();
        final List<Integer> committed = new ArrayList<>();
        final AtomicReference<Thread> polling = new AtomicReference<>();
        volatile Thread closedBy;
        volatile boolean inPoll;

        List<Integer> poll(Duration timeout) {
            confine();
            List<Integer> polled = new ArrayList<>();
            inPoll = true;
            try {
                Integer first = records.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
                if (first != null) polled.add(first);
                records.drainTo(polled);
                return polled;
            } catch (InterruptedException interrupted) {
                throw new InterruptException(interrupted);
            } finally {
                inPoll = false;
            }
        }

        void commit(List<Integer> polled) {
            confine();
            committed.addAll(polled);
        }

        @Override
        public void close() {
            confine();
            closedBy = Thread.currentThread();
        }

        private void confine() {
            Thread self = Thread.currentThread();
            if (!polling.compareAndSet(null, self) && polling.get() != self)
                throw new ConcurrentModificationException("not safe for multi-threaded access");
        }
    }

    private final Consumer consumer = new Consumer();

    /** All of the bridge. */
    private final AsyncStream<Integer> records = Async.stream(out -> {
        try (consumer) {
            while (true) {
                List<Integer> polled = consumer.poll(LONG);
                for (int each : polled) out.emit(each);
                consumer.commit(polled);
            }
        }
    });

    @Test
    void aGeneratorIsTheBridgeToPoll() {
        consumer.records.addAll(List.of(1, 2, 3));
        assertThat(records.take(3).collect(3)).containsExactly(1, 2, 3);
        until("closed", () -> consumer.closedBy != null);
        assertThat(consumer.closedBy).isSameAs(consumer.polling.get());
        assertThat(consumer.committed).containsExactly(1, 2, 3);
    }

    @Test
    void aCancellationInterruptsPollAndTheConsumerIsClosedOnItsThread() {
        var sink = new Sink<Integer>();
        sink.onSubscribe(s -> s.request(9)).to(records);
        consumer.records.add(1);
        until("delivered", () -> sink.values.equals(List.of(1)));
        until("in poll", () -> consumer.inPoll && sink.task().thread().getState() == Thread.State.TIMED_WAITING);
        sink.cancel();
        sink.joined();
        assertThat(consumer.closedBy).isSameAs(consumer.polling.get());
        assertThat(consumer.committed).containsExactly(1);
        assertThat(sink.hasEnded()).isFalse();
    }

    @Test
    void nothingIsPolledWhileNothingIsAskedFor() {
        consumer.records.addAll(List.of(1, 2));
        var sink = new Sink<Integer>();
        sink.onSubscribe(s -> s.request(1)).to(records);
        until("delivered", () -> sink.values.equals(List.of(1)));
        sink.parked();
        consumer.records.add(3);
        assertThat(consumer.records).containsExactly(3);
        sink.cancel();
        sink.joined();
        assertThat(consumer.closedBy).isNotNull();
    }

    @Test
    void aLoopThatIsCancelledWhileItPollsItselfIsInterruptedToo() {
        var polls = Watched.coroutine(() -> {
            try (consumer) {
                return consumer.poll(LONG);
            }
        });
        polls.parked().cancel();
        assertThat(polls.failure()).isInstanceOf(Consumer.InterruptException.class);
        assertThat(consumer.closedBy).isSameAs(polls.thread());
        polls.joined();
    }

    @Test
    void anInterruptThatPollTurnsIntoItsOwnFailureIsNotTheStreams() {
        assertThatThrownBy(() -> Async.withTimeout(Duration.ofMillis(20), () -> consumer.poll(LONG)))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
    }
}
