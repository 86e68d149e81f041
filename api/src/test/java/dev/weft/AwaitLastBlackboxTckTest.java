package dev.weft;

import dev.weft.testing.streams.Awaiting.Way;
import dev.weft.testing.streams.BlackboxTck;

/** {@code awaitLast}, from outside. */
public class AwaitLastBlackboxTckTest extends BlackboxTck implements OfJdk {
    public AwaitLastBlackboxTckTest() {
        super(Way.LAST);
    }
}
