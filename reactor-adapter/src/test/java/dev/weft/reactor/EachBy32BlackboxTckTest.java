package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** Iteration with a prefetch of 32, from outside. */
public class EachBy32BlackboxTckTest extends BlackboxTck {
    public EachBy32BlackboxTckTest() {
        super(Way.EACH_32);
    }
}
