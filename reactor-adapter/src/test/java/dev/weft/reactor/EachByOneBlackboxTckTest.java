package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** Iteration with a prefetch of 1: strict hand-over, from outside. */
public class EachByOneBlackboxTckTest extends BlackboxTck {
    public EachByOneBlackboxTckTest() {
        super(Way.EACH_1);
    }
}
