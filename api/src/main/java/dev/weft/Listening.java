package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.StreamCell;
import java.util.Objects;

/** The generator of a listener's values, which a loop on the current thread can do without. */
record Listening<T>(Overflow overflow, ListenerBody<T> registration) implements Generator<T> {
    Listening {
        Objects.requireNonNull(overflow, "overflow");
        Objects.requireNonNull(registration, "registration");
    }

    @Override
    public void generate(Emitter<T> out) {
        Pipe.emitAll(opened(Async.backend()), out);
    }

    StreamCell<T> opened(Backend backend) {
        var cell = new ListenerCell<T>(registration, overflow.buffering(), backend);
        cell.open();
        return cell;
    }
}
