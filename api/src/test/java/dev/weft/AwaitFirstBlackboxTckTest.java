package dev.weft;

import dev.weft.Awaiting.Way;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
