package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck implements OfJdk {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
