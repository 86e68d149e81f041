package dev.weft.rxjava;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck implements OfRxJava {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
