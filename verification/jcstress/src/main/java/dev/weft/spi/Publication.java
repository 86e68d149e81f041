package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The thread that sees the outcome also sees what the source wrote before its signal (G14). */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "No outcome yet.")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The outcome, and what was written before it.")
@Outcome(expect = FORBIDDEN, desc = "The outcome without what was written before it.")
@State
public class Publication {
    private final Detached cell = new Detached();
    private int written;

    @Actor
    public void source() {
        written = 1;
        cell.value();
    }

    @Actor
    public void awaiter(I_Result r) {
        r.r1 = cell.isDecided() ? written : -1;
    }
}
