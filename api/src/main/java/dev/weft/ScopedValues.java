package dev.weft;

import dev.weft.spi.Failures;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The {@code java.lang.ScopedValue}s that coroutines inherit, on JDK 25 and newer.
 *
 * <p>Registered scoped values are bound around the body of a coroutine, by the rule of {@link Context}. The scoped value itself is its key
 * in a context: {@code withContext(USER, "ann", body)} binds it in the body and in everything that is started or awaited there, and so does
 * {@code contextWrite(Context.of(USER, "ann"))} downstream of a {@code mono}. A key that is neither in the context nor bound on the
 * caller's thread is not bound in the coroutine. Scoped values that are not registered are unbound in a coroutine, which has a thread of
 * its own.
 *
 * @since 0.1
 */
public final class ScopedValues {
    private static final int FIRST_RELEASE = 25;

    private static final AtomicReference<List<Object>> REGISTERED = new AtomicReference<>(List.of());

    private ScopedValues() {}

    /**
     * Lets coroutines inherit a scoped value, beginning with the next one that is started. Once is enough, at the start
     * of the program.
     *
     * @param scopedValue a {@code java.lang.ScopedValue}; declared as an object, since this library runs on JDK 21 too
     * @throws IllegalArgumentException if it is not a scoped value
     * @throws IllegalStateException before JDK 25
     */
    public static void register(Object scopedValue) {
        Objects.requireNonNull(scopedValue, "scopedValue");
        int release = Runtime.version().feature();
        if (release < FIRST_RELEASE)
            throw new IllegalStateException(
                    "scoped values need JDK " + FIRST_RELEASE + " or newer, this is " + release);
        if (!Bindings.isKey(scopedValue))
            throw new IllegalArgumentException("not a java.lang.ScopedValue: " + scopedValue);
        REGISTERED.updateAndGet(before -> {
            List<Object> without = without(before, scopedValue);
            without.add(scopedValue);
            return List.copyOf(without);
        });
    }

    /**
     * Lets coroutines no longer inherit a scoped value, beginning with the next one that is started.
     *
     * @param scopedValue the scoped value, registered or not
     */
    public static void unregister(Object scopedValue) {
        Objects.requireNonNull(scopedValue, "scopedValue");
        REGISTERED.updateAndGet(before -> List.copyOf(without(before, scopedValue)));
    }

    private static List<Object> without(List<Object> registered, Object scopedValue) {
        List<Object> others = new ArrayList<>(registered);
        others.remove(scopedValue);
        return others;
    }

    /**
     * {@return a context with the registered scoped values that are bound on the current thread added where it has no
     * value for them; the same context if there are none} For adapters, as the context to subscribe with.
     */
    public static Context into(Context context) {
        Objects.requireNonNull(context, "context");
        List<Object> keys = REGISTERED.get();
        if (keys.isEmpty()) return context;
        Context all = context;
        for (Object key : keys) {
            Object value = context.contains(key) || !Bindings.isBound(key) ? null : Bindings.get(key);
            if (value != null) all = all.with(key, value);
        }
        return all;
    }

    /** {@return the body with registered scoped values bound: to the value in a context, or else to that of the current thread} */
    static Runnable around(Object context, Runnable body) {
        List<Object> keys = REGISTERED.get();
        if (keys.isEmpty()) return body;
        Object carrier = null;
        for (Object key : keys) {
            Object own = ((Context) context).getOrDefault(key, null);
            if (own != null) carrier = Bindings.where(carrier, key, own);
            else if (Bindings.isBound(key)) carrier = Bindings.where(carrier, key, Bindings.get(key));
        }
        if (carrier == null) return body;
        Object bound = carrier;
        return () -> Bindings.run(bound, body);
    }
}

/** {@code java.lang.ScopedValue} by reflection: it is final in JDK 25, and this is compiled for 21. Loaded only where it exists. */
final class Bindings {
    private static final Class<?> KEY;
    private static final MethodHandle IS_BOUND;
    private static final MethodHandle GET;
    private static final MethodHandle FIRST;
    private static final MethodHandle NEXT;
    private static final MethodHandle RUN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            KEY = Class.forName("java.lang.ScopedValue");
            Class<?> carrier = Class.forName("java.lang.ScopedValue$Carrier");
            MethodType where = MethodType.methodType(carrier, KEY, Object.class);
            IS_BOUND = lookup.findVirtual(KEY, "isBound", MethodType.methodType(boolean.class))
                    .asType(MethodType.methodType(boolean.class, Object.class));
            GET = lookup.findVirtual(KEY, "get", MethodType.methodType(Object.class))
                    .asType(MethodType.genericMethodType(1));
            FIRST = lookup.findStatic(KEY, "where", where).asType(MethodType.genericMethodType(2));
            NEXT = lookup.findVirtual(carrier, "where", where).asType(MethodType.genericMethodType(3));
            RUN = lookup.findVirtual(carrier, "run", MethodType.methodType(void.class, Runnable.class))
                    .asType(MethodType.methodType(void.class, Object.class, Runnable.class));
        } catch (ReflectiveOperationException changed) {
            throw new ExceptionInInitializerError(changed);
        }
    }

    private Bindings() {}

    static boolean isKey(Object key) {
        return KEY.isInstance(key);
    }

    static boolean isBound(Object key) {
        try {
            return (boolean) IS_BOUND.invokeExact(key);
        } catch (Throwable thrown) {
            throw Failures.<RuntimeException>sneak(thrown);
        }
    }

    static @Nullable Object get(Object key) {
        try {
            return (Object) GET.invokeExact(key);
        } catch (Throwable thrown) {
            throw Failures.<RuntimeException>sneak(thrown);
        }
    }

    /** {@return the bindings and one more, or only that one if there are none} */
    static Object where(@Nullable Object carrier, Object key, @Nullable Object value) {
        try {
            return carrier == null
                    ? (Object) FIRST.invokeExact(key, value)
                    : (Object) NEXT.invokeExact(carrier, key, value);
        } catch (Throwable thrown) {
            throw Failures.<RuntimeException>sneak(thrown);
        }
    }

    static void run(Object carrier, Runnable body) {
        try {
            RUN.invokeExact(carrier, body);
        } catch (Throwable thrown) {
            throw Failures.<RuntimeException>sneak(thrown);
        }
    }
}
