package dev.weft.reactor;

import dev.weft.Context;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's context as the context of a coroutine, by reference.
 *
 * @param entries the subscriber's
 */
record ReactorContext(reactor.util.context.Context entries) implements Context {
    /** {@return what a subscriber shows as its context for a coroutine's: the same one, or a copy of one that is not Reactor's} */
    static reactor.util.context.Context toReactor(@Nullable Object context) {
        if (context instanceof ReactorContext own) return own.entries;
        if (context == null || context == Context.empty()) return reactor.util.context.Context.empty();
        Map<Object, Object> copy = new HashMap<>();
        ((Context) context).forEach(copy::put);
        return reactor.util.context.Context.of(copy);
    }

    /** {@return the context to subscribe with: a coroutine's, by reference unless its thread has something that is not in there} */
    static Context captured(@Nullable Object context) {
        return ThreadLocals.into(context instanceof ReactorContext own ? own : new ReactorContext(toReactor(context)));
    }

    @Override
    public <T> @Nullable T getOrDefault(Object key, @Nullable T other) {
        return entries.getOrDefault(Objects.requireNonNull(key, "key"), other);
    }

    @Override
    public Context with(Object key, Object value) {
        return new ReactorContext(
                entries.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value")));
    }

    @Override
    public void forEach(BiConsumer<Object, Object> action) {
        entries.forEach(action);
    }
}
