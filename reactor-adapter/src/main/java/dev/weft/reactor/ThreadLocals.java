package dev.weft.reactor;

import dev.weft.Context;
import dev.weft.spi.Failures;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Registered thread-locals in a coroutine, through Micrometer context-propagation, if that is on the class path.
 *
 * <p>Since each coroutine has a thread of its own, they are set once, before the body. All are restored behind it, those that the body
 * has set too: what the outcome starts downstream, on the same thread, captures that thread's.
 */
final class ThreadLocals {
    private static final boolean AVAILABLE = isAvailable();

    private ThreadLocals() {}

    /** {@return the body with registered thread-locals around it: what a context has for them, and else those of the current thread} */
    static Runnable around(Runnable body, Object context) {
        return AVAILABLE ? Locals.around(body, (Context) context) : body;
    }

    /** {@return a context with the thread-locals of the current thread under it; the context wins} */
    static reactor.util.context.Context into(reactor.util.context.Context context) {
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

        static reactor.util.context.Context into(reactor.util.context.Context context) {
            if (ContextRegistry.getInstance().getThreadLocalAccessors().isEmpty()) return context;
            return FACTORY.captureAll(context).updateContext(context);
        }
    }

    /** Values of them all. Loaded only if the library is there. */
    private static final class Locals {
        private final List<ThreadLocalAccessor<?>> accessors;
        private final @Nullable Object[] values;

        private Locals(List<ThreadLocalAccessor<?>> accessors) {
            this.accessors = accessors;
            this.values = new Object[accessors.size()];
        }

        static Runnable around(Runnable body, Context context) {
            List<ThreadLocalAccessor<?>> accessors =
                    ContextRegistry.getInstance().getThreadLocalAccessors();
            if (accessors.isEmpty()) return body;
            Locals locals = new Locals(List.copyOf(accessors));
            for (int i = 0; i < locals.values.length; i++) {
                Object own = context.getOrDefault(locals.accessor(i).key(), null);
                locals.values[i] = own == null ? locals.accessor(i).getValue() : own;
            }
            return () -> locals.run(body);
        }

        private void run(Runnable body) {
            Locals before = set();
            try {
                body.run();
            } catch (Throwable thrown) {
                before.restore(thrown);
                throw thrown;
            }
            before.restore(null);
        }

        /** Sets all, or none. */
        private Locals set() {
            Locals before = new Locals(accessors);
            int i = 0;
            try {
                for (; i < values.length; i++) {
                    before.values[i] = accessor(i).getValue();
                    if (values[i] == null) accessor(i).setValue();
                    else accessor(i).setValue(values[i]);
                }
            } catch (Throwable thrown) {
                before.restore(i, thrown);
                throw thrown;
            }
            return before;
        }

        private void restore(@Nullable Throwable thrown) {
            restore(values.length, thrown);
        }

        /** In reverse. When one cannot be restored, the others are all the same, and its failure is suppressed in what was thrown before. */
        private void restore(int count, @Nullable Throwable thrown) {
            Throwable first = thrown;
            for (int i = count - 1; i >= 0; i--) {
                try {
                    if (values[i] == null) accessor(i).restore();
                    else accessor(i).restore(values[i]);
                } catch (Throwable failure) {
                    if (first == null) first = failure;
                    else Failures.suppress(first, failure);
                }
            }
            if (thrown == null && first != null) throw Failures.<RuntimeException>sneak(first);
        }

        @SuppressWarnings("unchecked")
        private ThreadLocalAccessor<Object> accessor(int i) {
            return (ThreadLocalAccessor<Object>) accessors.get(i);
        }
    }
}
