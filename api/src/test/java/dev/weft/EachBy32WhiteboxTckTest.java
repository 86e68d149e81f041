package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** Iteration with a prefetch of 32, from inside. */
public class EachBy32WhiteboxTckTest extends WhiteboxTck implements OfJdk {
    public EachBy32WhiteboxTckTest() {
        super(Way.EACH_32);
    }
}
