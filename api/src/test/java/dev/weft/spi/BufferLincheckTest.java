package dev.weft.spi;

import static dev.weft.spi.Exploration.check;

import dev.weft.spi.Buffer.Offer;
import dev.weft.spi.BufferPolicy.WhenFull;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The three buffers: a queue for one source and one consumer; and whichever threads join in, every value has one fate. */
class BufferLincheckTest {
    private static final int CAPACITY = 2;

    @Test
    void aRingIsABoundedQueue() {
        Exploration.scenarios(2, RingOfOneSource.class, BoundedQueue.class);
    }

    @Test
    void aTailIsABoundedQueue() {
        Exploration.scenarios(2, TailOfOneSource.class, BoundedQueue.class);
    }

    /** It looks empty for a moment while it makes room, and so is no queue. */
    @Test
    void aWindowLosesNothingAndKeepsTheOrder() {
        Exploration.scenarios(2, WindowOfOneSource.class, WindowOfOneSource.class);
    }

    @Test
    void aRingTakesOrRefusesWhatSourcesOfferAtATime() {
        Exploration.scenarios(3, RingOfManySources.class, RingOfManySources.class);
    }

    @Test
    void aTailTakesOrRefusesWhatSourcesOfferAtATime() {
        Exploration.scenarios(3, TailOfManySources.class, TailOfManySources.class);
    }

    @Test
    void aWindowTakesOrRefusesWhatSourcesOfferAtATime() {
        Exploration.scenarios(3, WindowOfManySources.class, WindowOfManySources.class);
    }

    public abstract static class Model {
        private final Fates fates = new Fates();
        private final AtomicInteger values = new AtomicInteger();
        final Buffer<Integer> buffer;

        Model(WhenFull whenFull) {
            buffer = Buffer.of(new BufferPolicy(whenFull, CAPACITY));
        }

        Offer offerNext() {
            int value = values.incrementAndGet();
            Offer offer = buffer.offer(value, fates::add);
            if (offer != Offer.ADDED) fates.add(value);
            return offer;
        }

        void taken(int value) {
            fates.add(value);
        }

        @Validate
        public void hasOneFateForEach() {
            buffer.drain(this::taken);
            check(buffer.isEmpty(), "not drained");
            fates.areThoseOf(values.get());
        }
    }

    /** As in an iteration. */
    public abstract static class OneSource extends Model {
        private int last;

        OneSource(WhenFull whenFull) {
            super(whenFull);
        }

        @Override
        void taken(int value) {
            check(value > last, "overtaken");
            last = value;
            super.taken(value);
        }

        @Operation(nonParallelGroup = "source")
        public Offer offer() {
            return offerNext();
        }

        @Nullable
        Integer pollNext() {
            Integer value = buffer.poll();
            if (value != null) taken(value);
            return value;
        }
    }

    public abstract static class QueueOfOneSource extends OneSource {
        QueueOfOneSource(WhenFull whenFull) {
            super(whenFull);
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer poll() {
            return pollNext();
        }

        @Operation(nonParallelGroup = "consumer")
        public boolean isEmpty() {
            return buffer.isEmpty();
        }
    }

    public static final class RingOfOneSource extends QueueOfOneSource {
        public RingOfOneSource() {
            super(WhenFull.REQUESTED);
        }
    }

    public static final class TailOfOneSource extends QueueOfOneSource {
        public TailOfOneSource() {
            super(WhenFull.ERROR);
        }
    }

    public static final class WindowOfOneSource extends OneSource {
        public WindowOfOneSource() {
            super(WhenFull.DROP_OLDEST);
        }

        @Operation(nonParallelGroup = "consumer")
        public void poll() {
            pollNext();
        }
    }

    /** What a ring and a tail are to look like. */
    public static final class BoundedQueue {
        private final Queue<Integer> queue = new ArrayDeque<>();
        private int values;

        public Offer offer() {
            values++;
            if (queue.size() == CAPACITY) return Offer.FULL;
            queue.add(values);
            return Offer.ADDED;
        }

        public @Nullable Integer poll() {
            return queue.poll();
        }

        public boolean isEmpty() {
            return queue.isEmpty();
        }
    }

    /** As at the end of an iteration, where both sides remove what is there, and with sources that break rule 1.3. */
    public abstract static class ManySources extends Model {
        ManySources(WhenFull whenFull) {
            super(whenFull);
        }

        @Operation
        public void offer() {
            offerNext();
        }

        @Operation
        public void drain() {
            buffer.drain(this::taken);
        }
    }

    public static final class RingOfManySources extends ManySources {
        public RingOfManySources() {
            super(WhenFull.REQUESTED);
        }
    }

    public static final class TailOfManySources extends ManySources {
        public TailOfManySources() {
            super(WhenFull.ERROR);
        }
    }

    public static final class WindowOfManySources extends ManySources {
        public WindowOfManySources() {
            super(WhenFull.DROP_OLDEST);
        }
    }
}
