package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
