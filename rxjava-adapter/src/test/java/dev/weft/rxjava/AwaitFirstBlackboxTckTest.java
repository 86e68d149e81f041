package dev.weft.rxjava;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck implements OfRxJava {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
