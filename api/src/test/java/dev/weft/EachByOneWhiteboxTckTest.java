package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** Iteration with a prefetch of 1: strict hand-over, from inside. */
public class EachByOneWhiteboxTckTest extends WhiteboxTck implements OfJdk {
    public EachByOneWhiteboxTckTest() {
        super(Way.EACH_1);
    }
}
