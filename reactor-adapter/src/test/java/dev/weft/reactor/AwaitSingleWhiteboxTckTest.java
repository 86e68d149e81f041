package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
