package dev.weft.reactor;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.Iterator;
import java.util.List;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Registered thread-locals in a coroutine, through Micrometer context-propagation, if that is on the class path.
 *
 * <p>Since each coroutine has a thread of its own, they are set once, before the body. All are reset behind it, those that the body
 * has set too: what the outcome starts downstream, on the same thread, captures that thread's.
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

    /** A module that has the library only on the class path behind it does not read that by itself. */
    private static boolean isAvailable() {
        try {
            Class<?> factory = Class.forName(
                    "io.micrometer.context.ContextSnapshotFactory", false, ThreadLocals.class.getClassLoader());
            ThreadLocals.class.getModule().addReads(factory.getModule());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /** Loaded only if the library is there. */
    private static final class Snapshots {
        private static final ContextSnapshotFactory FACTORY =
                ContextSnapshotFactory.builder().clearMissing(true).build();

        private Snapshots() {}

        static Context into(Context context) {
            if (ContextRegistry.getInstance().getThreadLocalAccessors().isEmpty()) return context;
            return FACTORY.captureAll(context).updateContext(context);
        }

        static Runnable around(Runnable body, ContextView context) {
            List<ThreadLocalAccessor<?>> accessors =
                    ContextRegistry.getInstance().getThreadLocalAccessors();
            if (accessors.isEmpty()) return body;
            ContextSnapshot snapshot = FACTORY.captureAll(context);
            return () -> run(body, snapshot, accessors.iterator());
        }

        /** Sets one after the other: when one cannot be set or reset, the library itself would leave the others as they are. */
        @SuppressWarnings("try")
        private static void run(Runnable body, ContextSnapshot snapshot, Iterator<ThreadLocalAccessor<?>> unset) {
            if (!unset.hasNext()) {
                body.run();
                return;
            }
            Object key = unset.next().key();
            try (ContextSnapshot.Scope set = snapshot.setThreadLocals(key::equals)) {
                run(body, snapshot, unset);
            }
        }
    }
}
