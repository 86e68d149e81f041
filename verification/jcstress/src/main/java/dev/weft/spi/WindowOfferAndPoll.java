package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Three values into one place, against a poll: how many were taken, displaced or left. */
@JCStressTest
@Outcome(id = "3", expect = ACCEPTABLE, desc = "Each once.")
@Outcome(expect = FORBIDDEN, desc = "One is lost, or had two owners.")
@State
public class WindowOfferAndPoll {
    private final Buffer<String> window = Buffer.of(new BufferPolicy(BufferPolicy.WhenFull.DROP_OLDEST, 1));
    private final AtomicInteger owned = new AtomicInteger();

    @Actor
    public void source() {
        for (String value : new String[] {"a", "b", "c"}) window.offer(value, displaced -> owned.incrementAndGet());
    }

    @Actor
    public void consumer() {
        if (window.poll() != null) owned.incrementAndGet();
    }

    @Arbiter
    public void result(I_Result r) {
        window.drain(left -> owned.incrementAndGet());
        r.r1 = owned.get();
    }
}
