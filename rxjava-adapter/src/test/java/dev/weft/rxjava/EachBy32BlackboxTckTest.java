package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** Iteration with a prefetch of 32, from outside. */
public class EachBy32BlackboxTckTest extends BlackboxTck {
    public EachBy32BlackboxTckTest() {
        super(Way.EACH_32);
    }
}
