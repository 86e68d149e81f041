package dev.weft;

import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a coroutine carries: an immutable map that every await, iteration and child gets, by reference. In a coroutine that
 * Reactor subscribed to, it is the subscriber's own context.
 */
public interface Context {
    /** {@return the context without entries} */
    static Context empty() {
        return MapContext.EMPTY;
    }

    /**
     * {@return the value of a key}
     *
     * @throws NoSuchElementException if there is none
     */
    default <T> T get(Object key) {
        T value = getOrDefault(key, null);
        if (value == null) throw new NoSuchElementException("no such key in the context: " + key);
        return value;
    }

    /** {@return the value of a key, or the other value if there is none} */
    <T> @Nullable T getOrDefault(Object key, @Nullable T other);

    /** {@return whether there is a value for the key} */
    default boolean contains(Object key) {
        return getOrDefault(key, null) != null;
    }

    /** {@return a context that has this value for the key, and the rest of this one} */
    Context with(Object key, Object value);

    /** Calls an action for each entry, in no particular order. */
    void forEach(BiConsumer<Object, Object> action);
}

/** A context of our own. */
final class MapContext implements Context {
    static final MapContext EMPTY = new MapContext(Map.of());

    private final Map<Object, Object> entries;

    private MapContext(Map<Object, Object> entries) {
        this.entries = entries;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable T getOrDefault(Object key, @Nullable T other) {
        T value = (T) entries.get(Objects.requireNonNull(key, "key"));
        return value == null ? other : value;
    }

    @Override
    public Context with(Object key, Object value) {
        Map<Object, Object> changed = new HashMap<>(entries);
        changed.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
        return new MapContext(changed);
    }

    @Override
    public void forEach(BiConsumer<Object, Object> action) {
        entries.forEach(action);
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
