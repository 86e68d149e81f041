package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck implements OfJdk {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
