package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** {@code awaitLast}, from outside. */
public class AwaitLastBlackboxTckTest extends BlackboxTck {
    public AwaitLastBlackboxTckTest() {
        super(Way.LAST);
    }
}
