package dev.weft.rxjava;

import dev.weft.rxjava.Awaiting.Way;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
