package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** Iteration with a prefetch of 1: strict hand-over, from outside. */
public class EachByOneBlackboxTckTest extends BlackboxTck {
    public EachByOneBlackboxTckTest() {
        super(Way.EACH_1);
    }
}
