package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck implements OfJdk {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
