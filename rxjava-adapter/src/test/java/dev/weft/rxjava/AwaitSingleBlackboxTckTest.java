package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** {@code awaitSingle}, from outside. */
public class AwaitSingleBlackboxTckTest extends BlackboxTck {
    public AwaitSingleBlackboxTckTest() {
        super(Way.SINGLE);
    }
}
