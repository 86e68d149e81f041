package dev.weft.spi;

import dev.weft.Hooks;
import java.util.concurrent.atomic.AtomicInteger;

/** The backend of the tests; a discarded value counts that itself. */
final class Counting {
    static final Backend BACKEND = Host.get().backend();

    static {
        Hooks.onDiscard(value -> ((AtomicInteger) value).incrementAndGet());
    }

    private Counting() {}
}
