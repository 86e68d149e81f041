package dev.weft.rxjava;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck implements OfRxJava {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
