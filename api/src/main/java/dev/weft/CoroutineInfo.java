package dev.weft;

import dev.weft.spi.Observer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine, or a source that was started as a member, as a {@link CoroutineListener} sees it: always the same
 * object for one coroutine, so that it can be a key.
 *
 * @since 0.1
 */
public final class CoroutineInfo {
    private final String name;
    private final boolean named;
    private final String backend;
    private final @Nullable Thread thread;

    /** Written before the body begins, by the thread that calls {@link CoroutineListener#around}. */
    private volatile Context context;

    private volatile boolean begun;

    /** Null if there is none, and after the end, so that a chain of subscribers is not kept; written at the end. */
    private volatile @Nullable CoroutineInfo parent;

    CoroutineInfo(Observer.Observed started, @Nullable CoroutineInfo parent) {
        this.name = started.title();
        this.named = started.isNamed();
        this.backend = started.backend().id();
        this.context = started.context() instanceof Context own ? own : Context.empty();
        this.thread = started.thread();
        this.parent = parent;
    }

    /** {@return its name: that of its thread; for a source, what is awaited of it} */
    public String name() {
        return name;
    }

    /** {@return whether it was named by the program, so that there are few such names; else they are numbered} */
    public boolean isNamed() {
        return named;
    }

    /**
     * {@return the coroutine that owns it, or in whose code it was subscribed to; null if there is none, if nobody was
     * listening when that one started, and after the end of this one}
     */
    public @Nullable CoroutineInfo parent() {
        return parent;
    }

    /** {@return the id of the backend inside it} */
    public String backend() {
        return backend;
    }

    /** {@return the context inside it} */
    public Context context() {
        return context;
    }

    /**
     * Adds an entry to the context that it begins with: for its body, and for all that the body starts and awaits. To be
     * called in {@link CoroutineListener#around}.
     *
     * @param key the key
     * @param value its value, in place of one that the context may have
     * @throws IllegalStateException if the coroutine has begun, or is a source
     */
    public void addToContext(Object key, Object value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value: a context has no nulls");
        if (begun || thread == null)
            throw new IllegalStateException("addToContext: only in around, before the body begins");
        context = context.with(key, value);
    }

    void begin() {
        begun = true;
    }

    /** {@return its thread; null for a source, and for a coroutine that has ended before it could begin} */
    public @Nullable Thread thread() {
        return thread;
    }

    void forgetParent() {
        parent = null;
    }

    @Override
    public String toString() {
        return name;
    }
}
