package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The number of outcomes, of the value's fates, and of cancels of the source. */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "The source ended; its value was returned or discarded, once.")
@Outcome(
        id = "1, 1, 1",
        expect = ACCEPTABLE,
        desc = "Cancelled first: the source was cancelled once, its value discarded once.")
@Outcome(expect = FORBIDDEN, desc = "Lost, or twice.")
@State
public class ValueAgainstCancel {
    private final Detached cell = new Detached();

    @Actor
    public void source() {
        cell.value();
    }

    @Actor
    public void canceller() {
        cell.cancelDetached(null);
    }

    @Arbiter
    public void result(III_Result r) {
        r.r1 = cell.outcomes.get();
        r.r2 = cell.fates.get();
        r.r3 = cell.cancels.get();
    }
}
