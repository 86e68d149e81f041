package dev.weft.reactor;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Registered thread-locals in a coroutine, through Micrometer context-propagation, if that is on the class path.
 *
 * <p>Since each coroutine has a thread of its own, they are set once, before the body, and there is nothing to restore: they end
 * with the thread.
 */
final class ThreadLocals {
    private static final boolean AVAILABLE = isAvailable();

    private ThreadLocals() {}

    /** {@return the body with the thread-locals of the current thread and of a context around it; the context wins} */
    static Runnable around(Runnable body, ContextView context) {
        return AVAILABLE ? Snapshots.around(body, context) : body;
    }

    /** {@return a context with the thread-locals of the current thread under it; the context wins} */
    static Context into(Context context) {
        return AVAILABLE ? Snapshots.into(context) : context;
    }

    private static boolean isAvailable() {
        try {
            Class.forName("io.micrometer.context.ContextSnapshotFactory", false, ThreadLocals.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /** Loaded only if the library is there. */
    private static final class Snapshots {
        private static final ContextSnapshotFactory FACTORY =
                ContextSnapshotFactory.builder().build();

        private Snapshots() {}

        static Context into(Context context) {
            if (ContextRegistry.getInstance().getThreadLocalAccessors().isEmpty()) return context;
            return FACTORY.captureAll(context).updateContext(context);
        }

        static Runnable around(Runnable body, ContextView context) {
            if (ContextRegistry.getInstance().getThreadLocalAccessors().isEmpty()) return body;
            ContextSnapshot snapshot = FACTORY.captureAll(context);
            return () -> {
                ContextSnapshot.Scope set = snapshot.setThreadLocals();
                try {
                    body.run();
                } finally {
                    set.close();
                }
            };
        }
    }
}
