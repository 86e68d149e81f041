package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** {@code awaitLast}, from inside. */
public class AwaitLastWhiteboxTckTest extends WhiteboxTck {
    public AwaitLastWhiteboxTckTest() {
        super(Way.LAST);
    }
}
