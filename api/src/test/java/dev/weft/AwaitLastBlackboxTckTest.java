package dev.weft;

import dev.weft.Awaiting.Way;

/** {@code awaitLast}, from outside. */
public class AwaitLastBlackboxTckTest extends BlackboxTck {
    public AwaitLastBlackboxTckTest() {
        super(Way.LAST);
    }
}
