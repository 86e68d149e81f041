package dev.weft.spi;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of Netty, and so of all that runs on it: Reactor Netty, Lettuce, Redisson, gRPC, the AWS SDK. Netty
 * records for each thread which executor runs on it. That record is looked up by name, on the class loader of the
 * thread's class, so that a Netty that was relocated to another package is found too, and nothing here depends on
 * Netty.
 */
final class NettyLoops implements EventLoops {
    static final NettyLoops INSTANCE = new NettyLoops();

    private static final String THREAD = "io.netty.util.concurrent.FastThreadLocalThread";
    private static final String NOTES = "io.netty.util.internal.ThreadExecutorMap";

    /** For a class of threads, gives the executor of the current thread; null for a class that is not Netty's. */
    private static final ClassValue<@Nullable MethodHandle> NOTED = new ClassValue<>() {
        @Override
        protected @Nullable MethodHandle computeValue(Class<?> type) {
            for (Class<?> c = type; c != Thread.class && c != null; c = c.getSuperclass())
                if (c.getName().endsWith(THREAD)) return noted(c);
            return null;
        }
    };

    private NettyLoops() {}

    @Override
    public @Nullable EventLoop current() {
        MethodHandle noted = NOTED.get(Thread.currentThread().getClass());
        if (noted == null) return null;
        try {
            Executor executor = (Executor) noted.invokeExact();
            return executor == null ? null : () -> executor;
        } catch (Throwable failure) {
            throw Failures.<RuntimeException>sneak(failure);
        }
    }

    private static @Nullable MethodHandle noted(Class<?> thread) {
        String prefix = thread.getName().substring(0, thread.getName().length() - THREAD.length());
        try {
            Class<?> notes = Class.forName(prefix + NOTES, true, thread.getClassLoader());
            NettyLoops.class.getModule().addReads(notes.getModule());
            for (var method : notes.getMethods())
                if (method.getName().equals("currentExecutor") && method.getParameterCount() == 0)
                    return MethodHandles.publicLookup().unreflect(method).asType(MethodType.methodType(Executor.class));
            return null;
        } catch (ReflectiveOperationException | LinkageError unknown) {
            return null;
        }
    }
}
