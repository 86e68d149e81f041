package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** Iteration with a prefetch of 32, from outside. */
public class EachBy32BlackboxTckTest extends BlackboxTck implements OfJdk {
    public EachBy32BlackboxTckTest() {
        super(Way.EACH_32);
    }
}
