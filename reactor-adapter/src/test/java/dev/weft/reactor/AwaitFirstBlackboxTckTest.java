package dev.weft.reactor;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck implements OfReactor {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
