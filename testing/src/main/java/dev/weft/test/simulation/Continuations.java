package dev.weft.test.simulation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK has no public way for: virtual threads with a scheduler of ours, which is handed the continuation of one
 * whenever that may go on. A virtual thread takes its scheduler over from the one that makes it.
 */
final class Continuations {
    private static final int FIRST_RELEASE = 24;

    private static final long MILLI_NANOS = 1_000_000;

    private static final @Nullable Field TIMEOUT;

    private static final @Nullable Constructor<?> BUILDER;
    private static final @Nullable Method OWNER = owner();
    private static final @Nullable String MISSING;

    static {
        Constructor<?> builder = null;
        Field timeout = null;
        String missing = null;
        int release = Runtime.version().feature();
        try {
            if (release < FIRST_RELEASE) throw new UnsupportedOperationException();
            builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            builder.setAccessible(true);
            timeout = Class.forName("java.lang.VirtualThread").getDeclaredField("timeout");
            timeout.setAccessible(true);
        } catch (ReflectiveOperationException | RuntimeException closed) {
            missing = missing(release < FIRST_RELEASE ? "JDK " + release : closed.toString());
        }
        BUILDER = builder;
        TIMEOUT = timeout;
        MISSING = missing;
    }

    private Continuations() {}

    static @Nullable String missing() {
        return MISSING;
    }

    /** {@return what makes threads whose steps a scheduler runs} */
    static Thread.Builder.OfVirtual builder(Executor scheduler) {
        if (BUILDER == null) throw new IllegalStateException(MISSING);
        try {
            return (Thread.Builder.OfVirtual) BUILDER.newInstance(scheduler);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** {@return the thread that a scheduler was given a continuation of: the one object that it refers to} */
    static Thread threadOf(Runnable continuation) {
        for (Field field : continuation.getClass().getDeclaredFields())
            if (Thread.class.isAssignableFrom(field.getType())) return threadIn(field, continuation);
        throw new AssertionError("looked for a thread in a " + continuation.getClass() + ", found none");
    }

    /**
     * {@return for how long a thread waits that has begun a timed wait since this was last called, in nanoseconds; else
     * 0} In whole milliseconds: a part of the last one has passed already, by a clock that no seed decides.
     */
    static long takeTimeout(Thread thread) {
        try {
            if (TIMEOUT == null || TIMEOUT.getLong(thread) == 0) return 0;
            long nanos = TIMEOUT.getLong(thread);
            TIMEOUT.setLong(thread, 0);
            return (nanos + MILLI_NANOS - 1) / MILLI_NANOS * MILLI_NANOS;
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** {@return the thread that holds a lock of the JDK; null if none does, or nobody may know} */
    static @Nullable Thread ownerOf(AbstractOwnableSynchronizer lock) {
        try {
            return OWNER == null ? null : (Thread) OWNER.invoke(lock);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The package with the locks is opened by what is open already, so that no second flag is needed. */
    private static @Nullable Method owner() {
        Class<?> type = AbstractOwnableSynchronizer.class;
        try {
            Method open = Module.class.getDeclaredMethod("implAddOpens", String.class, Module.class);
            open.setAccessible(true);
            open.invoke(type.getModule(), type.getPackageName(), Continuations.class.getModule());
            Method owner = type.getDeclaredMethod("getExclusiveOwnerThread");
            owner.setAccessible(true);
            return owner;
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return null; // then a deadlock says where, but not who
        }
    }

    private static Thread threadIn(Field field, Runnable continuation) {
        try {
            field.setAccessible(true);
            return (Thread) field.get(continuation);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String missing(String found) {
        Module module = Continuations.class.getModule();
        String opened = "java.base/java.lang=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        return "a simulation needs JDK " + FIRST_RELEASE + " or newer and the flag --add-opens " + opened
                + " (Surefire: <argLine>--add-opens " + opened
                + "</argLine>; Gradle: tasks.test { jvmArgs(\"--add-opens="
                + opened + "\") }); found: " + found;
    }
}
