package dev.weft.stress;

import dev.weft.AsyncAction;
import dev.weft.spi.Scope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A scope that continues although members of it fail. */
final class Unhurt extends Scope {
    private Unhurt(Scope parent) {
        super(parent, parent.backend(), parent.context(), false);
    }

    static void run(AsyncAction<?> body) throws Exception {
        new Unhurt(Objects.requireNonNull(Scope.current())).<@Nullable Void>call(() -> {
            body.run();
            return null;
        });
    }

    @Override
    protected boolean memberFailed(Throwable failure) {
        return true;
    }
}
