package dev.weft;

import dev.weft.Awaiting.Way;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
