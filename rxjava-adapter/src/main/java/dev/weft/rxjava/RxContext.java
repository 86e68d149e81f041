package dev.weft.rxjava;

import dev.weft.Context;
import dev.weft.spi.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The context that RxJava's observers do not have. A coroutine takes over that of the coroutine in which it is subscribed to, or
 * which is just signalling its outcome on this thread, as it is for what {@code flatMap} subscribes to.
 */
final class RxContext {
    private static final ThreadLocal<@Nullable Object> SIGNALLING = new ThreadLocal<>();

    private RxContext() {}

    /** {@return the context for a coroutine that is subscribed to here} */
    static Object captured() {
        Scope scope = Scope.current();
        if (scope != null) return scope.context();
        Object signalling = SIGNALLING.get();
        return signalling == null ? Context.empty() : signalling;
    }

    /** Signals an outcome. */
    static void signal(Object context, Runnable signal) {
        if (context == Context.empty()) {
            signal.run();
            return;
        }
        Object outer = SIGNALLING.get();
        SIGNALLING.set(context);
        try {
            signal.run();
        } finally {
            if (outer == null) SIGNALLING.remove();
            else SIGNALLING.set(outer);
        }
    }
}
