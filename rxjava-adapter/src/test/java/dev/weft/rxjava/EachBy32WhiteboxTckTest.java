package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** Iteration with a prefetch of 32, from inside. */
public class EachBy32WhiteboxTckTest extends WhiteboxTck {
    public EachBy32WhiteboxTckTest() {
        super(Way.EACH_32);
    }
}
