package dev.weft.reactor;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck implements OfReactor {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
