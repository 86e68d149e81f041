package dev.weft.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.Buffer.Offer;
import dev.weft.spi.BufferPolicy.WhenFull;
import dev.weft.testing.Latches;
import dev.weft.testing.Rounds;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The three buffers of an iteration, one after the other and with two threads. */
class BufferTest {
    private static final int VALUES = 300;
    private static final Rounds ROUNDS = new Rounds(200);

    private final List<Object> displaced = new ArrayList<>();

    private static <T> Buffer<T> of(WhenFull whenFull, int capacity) {
        return Buffer.of(new BufferPolicy(whenFull, capacity));
    }

    private List<Offer> offer(Buffer<Integer> buffer, int... values) {
        return IntStream.of(values)
                .mapToObj(value -> buffer.offer(value, displaced::add))
                .toList();
    }

    private static List<Integer> polled(Buffer<Integer> buffer) {
        var all = new ArrayList<Integer>();
        for (Integer value = buffer.poll(); value != null; value = buffer.poll()) all.add(value);
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void valuesComeOutInTheirOrderAroundTheEndOfTheArray(WhenFull whenFull) {
        for (int capacity : new int[] {1, 2, 3, 4, 7}) {
            Buffer<Integer> buffer = of(whenFull, capacity);
            for (int i = 0; i < 20; i++) {
                assertThat(buffer.isEmpty()).isTrue();
                assertThat(buffer.poll()).isNull();
                for (int n = 0; n < capacity; n++)
                    assertThat(offer(buffer, i + n)).containsExactly(Offer.ADDED);
                assertThat(buffer.isEmpty()).isFalse();
                for (int n = 0; n < capacity; n++) assertThat(buffer.poll()).isEqualTo(i + n);
            }
        }
        assertThat(displaced).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = "DROP_OLDEST", mode = EnumSource.Mode.EXCLUDE)
    void aFullBufferRefusesTheNewest(WhenFull whenFull) {
        Buffer<Integer> buffer = of(whenFull, 2);
        assertThat(offer(buffer, 1, 2, 3)).containsExactly(Offer.ADDED, Offer.ADDED, Offer.FULL);
        assertThat(buffer.poll()).isEqualTo(1);
        assertThat(offer(buffer, 4, 5)).containsExactly(Offer.ADDED, Offer.FULL);
        assertThat(polled(buffer)).containsExactly(2, 4);
        assertThat(displaced).isEmpty();
    }

    @Test
    void aFullWindowMakesRoomForTheNewest() {
        Buffer<Integer> buffer = of(WhenFull.DROP_OLDEST, 2);
        assertThat(offer(buffer, 1, 2, 3, 4, 5)).containsOnly(Offer.ADDED);
        assertThat(displaced).containsExactly(1, 2, 3);
        assertThat(buffer.poll()).isEqualTo(4);
        offer(buffer, 6, 7);
        assertThat(displaced).containsExactly(1, 2, 3, 5);
        assertThat(polled(buffer)).containsExactly(6, 7);
    }

    @Test
    void aWindowOfOneKeepsTheLatestAlsoIfItIsTheSameValue() {
        Buffer<Integer> buffer = of(WhenFull.DROP_OLDEST, 1);
        offer(buffer, 1, 1, 1);
        assertThat(displaced).containsExactly(1, 1);
        assertThat(polled(buffer)).containsExactly(1);
        assertThat(buffer.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void drainTakesAllInTheirOrder(WhenFull whenFull) {
        Buffer<Integer> buffer = of(whenFull, 3);
        offer(buffer, 1, 2, 3);
        var drained = new ArrayList<Integer>();
        buffer.drain(drained::add);
        assertThat(drained).containsExactly(1, 2, 3);
        assertThat(buffer.isEmpty()).isTrue();
        buffer.drain(drained::add);
        assertThat(drained).hasSize(3);
    }

    @Test
    void drainTakesARingInItsOrderAlsoAroundTheEndOfTheArray() {
        Buffer<Integer> buffer = of(WhenFull.REQUESTED, 3);
        offer(buffer, 1, 2);
        buffer.poll();
        buffer.poll();
        offer(buffer, 3, 4, 5);
        var drained = new ArrayList<Integer>();
        buffer.drain(drained::add);
        assertThat(drained).containsExactly(3, 4, 5);
    }

    @Test
    void anUnboundedBufferHasNoArrayOfItsSize() {
        Buffer<Integer> buffer = of(WhenFull.ERROR, Integer.MAX_VALUE);
        for (int i = 0; i < 100_000; i++)
            assertThat(buffer.offer(i, displaced::add)).isEqualTo(Offer.ADDED);
        assertThat(polled(buffer)).hasSize(100_000).isSorted();
    }

    @ParameterizedTest
    @EnumSource
    void aValueThatWasTakenIsNotKept(WhenFull whenFull) throws Exception {
        Buffer<Object> buffer = of(whenFull, 4);
        WeakReference<Object> weak = offered(buffer);
        assertThat(buffer.poll()).isNotNull();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!weak.refersTo(null)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            System.gc();
        }
        assertThat(buffer.isEmpty()).isTrue();
    }

    private static WeakReference<Object> offered(Buffer<Object> buffer) {
        var value = new Object();
        buffer.offer(value, other -> {});
        return new WeakReference<>(value);
    }

    @Test
    void aCapacityBelowOneIsRefused() {
        assertThatThrownBy(() -> BufferPolicy.requested(-1)).hasMessageContaining("prefetch");
        assertThatThrownBy(() -> new BufferPolicy(WhenFull.DROP_OLDEST, 0)).hasMessageContaining("capacity");
    }

    // --- two threads

    /** What a second thread does at the same time. */
    private static Thread beside(CountDownLatch go, Runnable action) {
        return Thread.ofPlatform().start(() -> {
            Latches.race(go);
            action.run();
        });
    }

    private static void isConserved(List<Integer> polled, List<Integer> lost, int count) {
        assertThat(polled).isSorted().doesNotHaveDuplicates();
        var all = new ArrayList<>(polled);
        all.addAll(lost);
        Collections.sort(all);
        assertThat(all).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource
    void whatOneThreadOffersAnotherPollsOrItIsLostInOrder(WhenFull whenFull) throws Exception {
        for (int round : ROUNDS) {
            Buffer<Integer> buffer = of(whenFull, 1 + round % 8);
            var go = new CountDownLatch(2);
            List<Integer> lost = new ArrayList<>();
            Thread producer = beside(go, () -> {
                for (int i = 0; i < VALUES; i++) {
                    Offer offer = buffer.offer(i, lost::add);
                    while (offer == Offer.FULL && whenFull == WhenFull.REQUESTED) offer = again(buffer, i, lost);
                    if (offer != Offer.ADDED) lost.add(i);
                }
            });
            List<Integer> polled = new ArrayList<>();
            Latches.race(go);
            while (producer.isAlive()) {
                Integer value = buffer.poll();
                if (value != null) polled.add(value);
                else Thread.yield();
            }
            producer.join();
            polled.addAll(polled(buffer));
            if (whenFull == WhenFull.REQUESTED) assertThat(lost).isEmpty();
            assertThat(lost).isSorted();
            isConserved(polled, lost, VALUES);
        }
    }

    private static Offer again(Buffer<Integer> buffer, int value, List<Integer> lost) {
        Thread.yield();
        return buffer.offer(value, lost::add);
    }

    @ParameterizedTest
    @EnumSource
    void whatTwoThreadsOfferIsPolledOrLost(WhenFull whenFull) throws Exception {
        for (int round : ROUNDS) {
            Buffer<Integer> buffer = of(whenFull, 1 + round % 8);
            var go = new CountDownLatch(2);
            List<Integer> lost = Collections.synchronizedList(new ArrayList<>());
            Thread other = beside(go, () -> offerAll(buffer, 0, lost));
            Latches.race(go);
            offerAll(buffer, 1, lost);
            other.join();
            List<Integer> all = new ArrayList<>(polled(buffer));
            all.addAll(lost);
            Collections.sort(all);
            assertThat(all).isEqualTo(IntStream.range(0, 200).boxed().toList());
        }
    }

    private static void offerAll(Buffer<Integer> buffer, int first, List<Integer> lost) {
        for (int i = first; i < 200; i += 2) if (buffer.offer(i, lost::add) != Offer.ADDED) lost.add(i);
    }

    @RepeatedTest(3)
    void whatBothThreadsDrainIsDrainedOnce() throws Exception {
        for (int round : ROUNDS) {
            for (WhenFull whenFull : WhenFull.values()) {
                Buffer<Integer> buffer = of(whenFull, 8);
                for (int i = 0; i < 8; i++) buffer.offer(i, other -> {});
                var go = new CountDownLatch(2);
                List<Integer> drained = Collections.synchronizedList(new ArrayList<>());
                Thread other = beside(go, () -> buffer.drain(drained::add));
                Latches.race(go);
                buffer.drain(drained::add);
                other.join();
                assertThat(drained).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
            }
        }
    }
}
