package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A generator that waits, or is about to wait, for demand while two threads request: it is always woken. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered.")
@Outcome(expect = FORBIDDEN, desc = "Not woken, or delivered twice.")
@State
public class EmitAgainstRequest {
    private final Generating generator = new Generating();

    @Actor
    public void one() {
        generator.request(1);
    }

    @Actor
    public void two() {
        generator.request(1);
    }

    @Arbiter
    public void result(I_Result r) {
        r.r1 = generator.over();
    }
}
