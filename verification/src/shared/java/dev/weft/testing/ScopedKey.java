package dev.weft.testing;

import dev.weft.ScopedValues;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A registered {@code java.lang.ScopedValue}, used by reflection, since the tests are compiled for JDK 21 as well. */
public final class ScopedKey implements AutoCloseable {
    /** The reason to skip a test that needs one. */
    public static final String ABSENT = "scoped values are final in JDK 25 only";

    /** The scoped value itself. */
    public final Object key = call("java.lang.ScopedValue", "newInstance", null);

    /** Creates a new one that coroutines inherit. */
    public ScopedKey() {
        ScopedValues.register(key);
    }

    /** Runs something with a value bound. */
    public <T> T where(String value, Callable<T> body) throws Exception {
        Object carrier = call("java.lang.ScopedValue", "where", null, key, value);
        var result = new FutureTask<>(body);
        call("java.lang.ScopedValue$Carrier", "run", carrier, (Runnable) result);
        return result.get();
    }

    /** {@return what it is bound to on this thread} */
    public String here() {
        if (!(boolean) call("java.lang.ScopedValue", "isBound", key)) return "unbound";
        return "" + call("java.lang.ScopedValue", "get", key);
    }

    @Override
    public void close() {
        ScopedValues.unregister(key);
    }

    private static Object call(String type, String name, Object target, Object... arguments) {
        try {
            for (Method method : Class.forName(type).getMethods())
                if (method.getName().equals(name) && method.getParameterCount() == arguments.length)
                    return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw new AssertionError(thrown.getCause());
        } catch (ReflectiveOperationException absent) {
            throw new AssertionError(absent);
        }
        throw new AssertionError(type + "." + name);
    }
}
