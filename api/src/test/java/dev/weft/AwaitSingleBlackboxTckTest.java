package dev.weft;

import dev.weft.Awaiting.Way;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
