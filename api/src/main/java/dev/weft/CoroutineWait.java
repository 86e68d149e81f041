package dev.weft;

import dev.weft.spi.WaitKind;
import java.util.function.Supplier;

/**
 * What a coroutine is about to wait for, for a {@link CoroutineListener}, and only while that is being called.
 *
 * @since 0.1
 */
public final class CoroutineWait {
    private final WaitKind kind;
    private final Supplier<String> what;

    CoroutineWait(WaitKind kind, Supplier<String> what) {
        this.kind = kind;
        this.what = what;
    }

    /** {@return what it waits for, in a word} */
    public WaitKind kind() {
        return kind;
    }

    /** {@return what it waits for, in a line; made for each call} */
    public String describe() {
        return what.get();
    }

    @Override
    public String toString() {
        return describe();
    }
}
