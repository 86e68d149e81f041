package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** {@code awaitLast}, from outside. */
public class AwaitLastBlackboxTckTest extends BlackboxTck {
    public AwaitLastBlackboxTckTest() {
        super(Way.LAST);
    }
}
