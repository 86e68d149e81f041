package dev.weft.test.simulation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK has no public way for: virtual threads with a scheduler of ours, which is handed the continuation of one
 * whenever that may go on. A virtual thread takes its scheduler over from the one that makes it.
 */
final class Continuations {
    private static final int FIRST_RELEASE = 24;

    /** Before this release, only {@code Object.wait} notes it. */
    private static final @Nullable Field TIMEOUT;

    private static final @Nullable Constructor<?> BUILDER;
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
            if (Thread.class.isAssignableFrom(field.getType())) return (Thread) valueOf(field, continuation);
        throw new AssertionError("looked for a thread in a " + continuation.getClass() + ", found none");
    }

    /** {@return for how long a thread waits that is in a timed wait, in nanoseconds} */
    static long timeoutOf(Thread thread) {
        return TIMEOUT == null ? 0 : Math.max(0, (long) valueOf(TIMEOUT, thread));
    }

    private static Object valueOf(Field field, Object of) {
        try {
            field.setAccessible(true);
            return field.get(of);
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
