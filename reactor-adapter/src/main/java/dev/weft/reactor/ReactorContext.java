package dev.weft.reactor;

import dev.weft.Context;
import dev.weft.spi.DiscardHook;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;

/**
 * A subscriber's context as the context of a coroutine, by reference.
 *
 * @param entries the subscriber's
 */
record ReactorContext(reactor.util.context.Context entries) implements Context {
    /** Where {@code Flux.doOnDiscard} puts its hook. */
    static final String DISCARD_KEY = "reactor.onDiscard.local";

    /** {@return a coroutine's context as Reactor's: the same one, or a copy if it did not come from Reactor} */
    static reactor.util.context.Context toReactor(@Nullable Object context) {
        if (context instanceof ReactorContext own) return own.entries;
        if (context == null || context == Context.empty()) return reactor.util.context.Context.empty();
        Map<Object, Object> copy = new HashMap<>();
        ((Context) context).forEach(copy::put);
        var entries = reactor.util.context.Context.of(copy);
        return entries.getOrDefault(DiscardHook.KEY, null) instanceof DiscardHook hook
                ? Operators.enableOnDiscard(entries, hook)
                : entries;
    }

    /**
     * {@return the context to subscribe with: the coroutine's, by reference unless its thread has something that is not
     * in it}
     */
    static Context captured(@Nullable Object context) {
        return ThreadLocals.into(context instanceof ReactorContext own ? own : new ReactorContext(toReactor(context)));
    }

    @Override
    public <T> @Nullable T getOrDefault(Object key, @Nullable T other) {
        return entries.getOrDefault(Objects.requireNonNull(key, "key"), other);
    }

    /** Reactor's operators look for the hook for values under a key of Reactor's: what was there is inside this one. */
    @Override
    public Context with(Object key, Object value) {
        var changed = entries.put(
                Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value: a context has no nulls"));
        if (!(value instanceof DiscardHook hook)) return new ReactorContext(changed);
        Consumer<Object> around = entries.getOrDefault(DISCARD_KEY, null);
        return new ReactorContext(Operators.enableOnDiscard(changed, around == null ? hook : hook.inside(around)));
    }

    @Override
    public void forEach(BiConsumer<Object, Object> action) {
        entries.forEach(action);
    }
}
