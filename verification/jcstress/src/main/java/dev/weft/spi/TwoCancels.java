package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Which call returned that it has cancelled, and how often the source was cancelled. */
@JCStressTest
@Outcome(
        id = {"1, 0, 1", "0, 1, 1"},
        expect = ACCEPTABLE,
        desc = "One of them, and the source once.")
@Outcome(expect = FORBIDDEN, desc = "None, or both.")
@State
public class TwoCancels {
    private final Detached cell = new Detached();

    @Actor
    public void one(III_Result r) {
        r.r1 = cell.cancelDetached(null) ? 1 : 0;
    }

    @Actor
    public void two(III_Result r) {
        r.r2 = cell.cancelDetached(null) ? 1 : 0;
    }

    @Arbiter
    public void result(III_Result r) {
        r.r3 = cell.cancels.get();
    }
}
