package dev.weft;

import dev.weft.Awaiting.Way;

/** Iteration with a prefetch of 1: strict hand-over, from outside. */
public class EachByOneBlackboxTckTest extends BlackboxTck {
    public EachByOneBlackboxTckTest() {
        super(Way.EACH_1);
    }
}
