package dev.weft.reactor;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitLast}, from outside. */
public class AwaitLastBlackboxTckTest extends BlackboxTck implements OfReactor {
    public AwaitLastBlackboxTckTest() {
        super(Way.LAST);
    }
}
