package dev.weft.rxjava;

import dev.weft.spi.EventLoop;
import dev.weft.spi.EventLoops;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of Vert.x 5, for all three kinds of verticles: each context runs its tasks one after the other, on an
 * event loop, on worker threads or on virtual threads. Vert.x is optional; the event loops of Vert.x 4 are recognised
 * as Netty's.
 *
 * <p>Asking Vert.x for its current context starts it up, with its threads. So only its own threads ask: those of its
 * thread class, and virtual threads with the name that it gives them.
 *
 * @since 0.1
 */
public final class VertxLoops implements EventLoops {
    private static final String THREAD = "io.vertx.core.impl.VertxThread";
    private static final String VIRTUAL_THREAD = "vert.x-virtual-thread-";

    private static final ClassValue<Boolean> IS_THREAD = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            Class<?> above = type.getSuperclass();
            return type.getName().equals(THREAD) || above != null && get(above);
        }
    };

    private static final boolean THERE = isThere();

    /** For {@link java.util.ServiceLoader}. */
    public VertxLoops() {}

    @Override
    public @Nullable EventLoop current() {
        return THERE && isOfVertx(Thread.currentThread()) ? Loop.current() : null;
    }

    private static boolean isOfVertx(Thread thread) {
        return thread.isVirtual() ? thread.getName().startsWith(VIRTUAL_THREAD) : IS_THREAD.get(thread.getClass());
    }

    private static boolean isThere() {
        try {
            Class<?> context =
                    Class.forName("io.vertx.core.internal.ContextInternal", false, VertxLoops.class.getClassLoader());
            VertxLoops.class.getModule().addReads(context.getModule());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /**
     * A context, with its locals. A task of {@code executeBlocking} has a context too, and may wait since it is not in
     * the queue.
     *
     * @param context the context that was current on the calling thread
     */
    private record Loop(ContextInternal context) implements EventLoop {
        static @Nullable EventLoop current() {
            ContextInternal context = ContextInternal.current();
            return context == null || !context.inThread() ? null : new Loop(context);
        }

        @Override
        public Executor executor() {
            return turn -> context.runOnContext(now -> turn.run());
        }

        /** It holds until the thread ends, which is the coroutine's own. */
        @Override
        public void enter() {
            context.beginDispatch();
        }

        @Override
        public boolean isContext() {
            return context.isEventLoopContext();
        }
    }
}
