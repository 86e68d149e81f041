package dev.weft.reactor;

import dev.weft.reactor.Awaiting.Way;

/** {@code awaitFirst}, from outside. */
public class AwaitFirstBlackboxTckTest extends BlackboxTck {
    public AwaitFirstBlackboxTckTest() {
        super(Way.FIRST);
    }
}
