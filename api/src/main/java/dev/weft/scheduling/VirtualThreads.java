package dev.weft.scheduling;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with a scheduler of our own, by reflection, since the JDK has no public way yet. Before JDK 24, a
 * virtual thread that waits for a monitor blocks its carrier (JEP 491), which here would be a thread of the executor;
 * so this needs JDK 24.
 */
final class VirtualThreads {
    private static final int FIRST_RELEASE = 24;

    /** {@code Thread.NO_INHERIT_THREAD_LOCALS}. */
    private static final int NO_INHERIT_THREAD_LOCALS = 1 << 2;

    private static final @Nullable MethodHandle NEW;
    private static final @Nullable Executor JDK;
    private static final @Nullable String MISSING;

    static {
        MethodHandle constructor = null;
        Executor scheduler = null;
        String missing = null;
        int release = Runtime.version().feature();
        try {
            if (release < FIRST_RELEASE) throw new UnsupportedOperationException();
            Class<?> type = Class.forName("java.lang.VirtualThread");
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            constructor = lookup.findConstructor(
                            type,
                            MethodType.methodType(void.class, Executor.class, String.class, int.class, Runnable.class))
                    .asType(MethodType.methodType(
                            Thread.class, Executor.class, String.class, int.class, Runnable.class));
            scheduler = (Executor) lookup.findStatic(type, "defaultScheduler", MethodType.methodType(Executor.class))
                    .invoke();
        } catch (Throwable closed) {
            missing = missing(release < FIRST_RELEASE ? "JDK " + release : closed.toString());
        }
        NEW = constructor;
        JDK = scheduler;
        MISSING = missing;
    }

    private VirtualThreads() {}

    static @Nullable String missing() {
        return MISSING;
    }

    /** {@return a new thread whose steps a scheduler runs} */
    static Thread create(Executor scheduler, String name, Runnable body) {
        try {
            return (Thread) Objects.requireNonNull(NEW).invokeExact(scheduler, name, NO_INHERIT_THREAD_LOCALS, body);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable undeclared) {
            throw new AssertionError("the constructor of virtual threads declares nothing", undeclared);
        }
    }

    /** Runs a step on the scheduler of the JDK. */
    static void execute(Runnable continuation) {
        Objects.requireNonNull(JDK).execute(continuation);
    }

    private static String missing(String found) {
        Module module = VirtualThreads.class.getModule();
        String opened = "java.base/java.lang=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        return "needs JDK " + FIRST_RELEASE + " or newer and the flag --add-opens " + opened
                + " (in the manifest of an executable jar: Add-Opens: java.base/java.lang); found: " + found;
    }
}
