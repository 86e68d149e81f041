package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
