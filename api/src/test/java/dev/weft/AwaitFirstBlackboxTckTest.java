package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck implements OfJdk {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
