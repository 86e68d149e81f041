package dev.weft;

import dev.weft.Awaiting.Way;

/** Iteration with a prefetch of 32, from inside. */
public class EachBy32WhiteboxTckTest extends WhiteboxTck {
    public EachBy32WhiteboxTckTest() {
        super(Way.EACH_32);
    }
}
