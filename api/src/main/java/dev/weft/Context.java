package dev.weft;

import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a coroutine carries: an immutable map that every await, iteration and member gets, by reference. In a coroutine
 * that was subscribed to through Reactor, it is the subscriber's own context.
 *
 * <h2>Thread-locals</h2>
 *
 * Thread-locals that are registered with Micrometer's {@code ContextRegistry} have a key in the context. A new
 * coroutine begins with them; for each, the same rule holds, no matter how the coroutine is entered:
 *
 * <ol>
 *   <li>What is in the context wins.
 *   <li>What is not there is taken from the thread of the code that <em>calls</em>: {@code run}, {@code async},
 *       {@code start}, the members of a {@code group}, and whatever is awaited or iterated over (an await under Reactor
 *       gives its source a context with them).
 *   <li>It is cleared where a subscriber <em>subscribes</em> ({@code mono}, {@code flux}, {@code single}, a stream, and
 *       so on): the subscriber's thread may belong to a library, and carry what another request has left there.
 * </ol>
 *
 * All end with the coroutine. Code that is called on the same thread, such as {@code run} or {@code coroutine.await()}
 * inside a coroutine, sees them as they are. So a thread-local that code sets by hand is visible to itself and to what
 * it calls, unless the context has another value for the key; {@link Async#withContext withContext} changes both.
 *
 * @since 0.1
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
        changed.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value: a context has no nulls"));
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
