package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** Iteration with a prefetch of 1: strict hand-over, from inside. */
public class EachByOneWhiteboxTckTest extends WhiteboxTck {
    public EachByOneWhiteboxTckTest() {
        super(Way.EACH_1);
    }
}
