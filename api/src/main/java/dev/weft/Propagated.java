package dev.weft;

import dev.weft.spi.Failures;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A body as what a backend can put its thread-locals around. */
final class Propagated<T extends @Nullable Object> implements Runnable {
    private final Callable<? extends T> body;
    private @Nullable T result;

    Propagated(Callable<? extends T> body) {
        this.body = body;
    }

    @Override
    public void run() {
        try {
            result = body.call();
        } catch (Exception failure) {
            throw Failures.<RuntimeException>sneak(failure);
        }
    }

    @SuppressWarnings("NullAway") // null is a T when the body returned it
    T resultOf(Runnable propagated) {
        propagated.run();
        return result;
    }
}
