package dev.weft;

import dev.weft.spi.Backend;
import java.util.Objects;

/** The generator of a listener's values, which a loop on the current thread can do without. */
record Listening<T>(Overflow overflow, ListenerBody<T> registration) implements Generator<T> {
    Listening {
        Objects.requireNonNull(overflow, "overflow");
        Objects.requireNonNull(registration, "registration");
    }

    @Override
    public void generate(Emitter<T> out) {
        out.emitAll(each(Async.backend()));
    }

    AsyncIterator<T> each(Backend backend) {
        var cell = new ListenerCell<T>(registration, overflow.buffering(), backend);
        cell.open();
        return AsyncIterator.over(cell);
    }
}
