package dev.weft.reactor;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck implements OfReactor {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
