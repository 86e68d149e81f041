package dev.weft.reactor;

import dev.weft.Context;
import dev.weft.ScopedValues;
import dev.weft.spi.Failures;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Registered thread-locals in a coroutine, through Micrometer context-propagation, if that is on the class path.
 *
 * <p>Since each coroutine has a thread of its own, they are set once, before the body. After the body all are restored,
 * also those that it has set itself: what the outcome starts downstream, on the same thread, captures the thread's own
 * values.
 */
final class ThreadLocals {
    private static final boolean AVAILABLE = isAvailable();

    private ThreadLocals() {}

    /**
     * {@return the body with registered thread-locals around it: the context's values, else those of the current
     * thread}
     */
    static Runnable around(Runnable body, Object context) {
        return AVAILABLE ? Locals.around(body, (Context) context) : body;
    }

    /** {@return a context with what else the current thread has beneath it; the same one if that is nothing} */
    static Context into(Context context) {
        Context all = ScopedValues.into(context);
        return AVAILABLE ? Locals.into(all) : all;
    }

    /** A module does not by itself read a library that is only on the class path. */
    private static boolean isAvailable() {
        try {
            Class<?> registry =
                    Class.forName("io.micrometer.context.ContextRegistry", false, ThreadLocals.class.getClassLoader());
            ThreadLocals.class.getModule().addReads(registry.getModule());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /** The values of all registered thread-locals. Loaded only if the library is there. */
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

        static Context into(Context context) {
            List<ThreadLocalAccessor<?>> accessors =
                    ContextRegistry.getInstance().getThreadLocalAccessors();
            if (accessors.isEmpty()) return context;
            Context all = context;
            for (ThreadLocalAccessor<?> accessor : accessors) {
                Object value = context.contains(accessor.key()) ? null : accessor.getValue();
                if (value != null) all = all.with(accessor.key(), value);
            }
            return all;
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

        /**
         * In reverse. If one cannot be restored, the others still are; its failure is suppressed in what was thrown
         * before.
         */
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
