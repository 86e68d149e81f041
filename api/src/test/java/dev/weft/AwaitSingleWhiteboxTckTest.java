package dev.weft;

import dev.weft.Awaiting.Way;

/** {@code awaitSingle}, from inside. */
public class AwaitSingleWhiteboxTckTest extends WhiteboxTck {
    public AwaitSingleWhiteboxTckTest() {
        super(Way.SINGLE);
    }
}
