package dev.weft.testing.streams;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;

/** A registered thread-local, whose key in a context is its name; it is removed from the registry when it is closed. */
public final class ThreadLocalKey implements ThreadLocalAccessor<String>, AutoCloseable {
    private final String key;
    private final ThreadLocal<String> local = new ThreadLocal<>();

    /** What else setting and resetting the value do. */
    public volatile Runnable onSet = () -> {};

    public volatile Runnable onReset = () -> {};

    public ThreadLocalKey(String key) {
        this.key = key;
        ContextRegistry.getInstance().registerThreadLocalAccessor(this);
    }

    @Override
    public Object key() {
        return key;
    }

    @Override
    public String getValue() {
        return local.get();
    }

    @Override
    public void setValue(String value) {
        onSet.run();
        local.set(value);
    }

    @Override
    public void setValue() {
        onReset.run();
        local.remove();
    }

    @Override
    public void close() {
        local.remove();
        ContextRegistry.getInstance().removeThreadLocalAccessor(key);
    }
}
