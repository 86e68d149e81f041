package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two offers and two polls: what each poll sees of the value's own field. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 1", "1, 0", "1, 2"},
        expect = ACCEPTABLE,
        desc = "In order, and with what was written into them.")
@Outcome(expect = FORBIDDEN, desc = "Out of order, twice, or not published.")
@State
public class RingOfferAndPoll {
    private final Buffer<int[]> ring = Buffer.of(BufferPolicy.requested(2));

    @Actor
    public void source() {
        for (int i = 1; i <= 2; i++) {
            int[] value = new int[1];
            value[0] = i;
            ring.offer(value, displaced -> {});
        }
    }

    @Actor
    public void consumer(II_Result r) {
        r.r1 = next();
        r.r2 = next();
    }

    private int next() {
        int[] value = ring.poll();
        return value == null ? 0 : value[0];
    }
}
