package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A generator emits while one thread requests and another cancels: the fates of its value. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "Cancelled before it began.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered or discarded.")
@Outcome(expect = FORBIDDEN, desc = "Both.")
@State
public class EmitAgainstRequestAndCancel {
    private final Generating generator = new Generating();

    @Actor
    public void requester() {
        generator.request(1);
    }

    @Actor
    public void canceller() {
        generator.cancel();
    }

    @Arbiter
    public void result(I_Result r) {
        r.r1 = generator.over();
    }
}
