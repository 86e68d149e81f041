package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** Iteration with a prefetch of 1: strict hand-over, from outside. */
public class EachByOneBlackboxTckTest extends BlackboxTck implements OfJdk {
    public EachByOneBlackboxTckTest() {
        super(Way.EACH_1);
    }
}
