package dev.weft.reactor;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck implements OfReactor {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
