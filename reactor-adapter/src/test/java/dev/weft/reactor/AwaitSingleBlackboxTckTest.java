package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
