package dev.weft;

import dev.weft.spi.Scope;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A scope that says whether cancellers may interrupt the code in it. */
final class InterruptScope extends Scope {
    private final boolean interruptible;

    InterruptScope(Scope parent, boolean interruptible) {
        super(parent, parent.backend(), parent.context(), false);
        this.interruptible = interruptible;
    }

    @Override
    protected Boolean interruptible() {
        return interruptible;
    }

    /** Runs one of our own waits in foreign code, which an interrupt must end, whatever the scopes around it say. */
    static <T extends @Nullable Object> T interruptibly(Callable<T> wait) throws Exception {
        Scope scope = current();
        return scope == null || scope.isInterruptible() ? wait.call() : new InterruptScope(scope, true).call(wait);
    }
}
