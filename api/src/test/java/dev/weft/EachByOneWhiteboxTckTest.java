package dev.weft;

import dev.weft.Awaiting.Way;

/** Iteration with a prefetch of 1: strict hand-over, from inside. */
public class EachByOneWhiteboxTckTest extends WhiteboxTck {
    public EachByOneWhiteboxTckTest() {
        super(Way.EACH_1);
    }
}
