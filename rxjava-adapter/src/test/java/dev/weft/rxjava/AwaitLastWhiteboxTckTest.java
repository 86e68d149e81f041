package dev.weft.rxjava;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.WhiteboxTck;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck implements OfRxJava {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
