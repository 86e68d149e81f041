package dev.weft.spi;

import java.util.function.Consumer;

/**
 * The hook for discarded values of one type, in a part of the code: an entry of its context, so that every await,
 * coroutine and loop there finds it. A backend whose library has a hook in its subscribers' contexts puts it there too.
 * @param type the type of the values it takes
 * @param consumer receives these values
 * @param others receives all other values: the enclosing hook, or finally that of the process
 * @since 0.1
 */
public record DiscardHook(Class<?> type, Consumer<Object> consumer, Consumer<Object> others)
        implements Consumer<Object> {
    /** The key of the entry. */
    public static final Object KEY = DiscardHook.class;

    /** {@return this hook inside another one} */
    public DiscardHook inside(Consumer<Object> around) {
        return new DiscardHook(type, consumer, around);
    }

    /** Hands a value on. What the consumer throws goes to the uncaught handler, not to the caller. */
    @Override
    public void accept(Object value) {
        if (!type.isInstance(value)) {
            others.accept(value);
            return;
        }
        try {
            consumer.accept(value);
        } catch (Throwable fromConsumer) {
            Reports.uncaught(fromConsumer);
        }
    }

    @Override
    public String toString() {
        return "withDiscard(" + type.getName() + ")";
    }
}
