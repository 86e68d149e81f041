package dev.weft.spi;

import java.util.function.Consumer;

/**
 * The hook for values of one type that nobody gets, in a part of the code: an entry of its context, so that all that is awaited, started
 * and iterated over there finds it. A backend whose library has a hook in its subscribers' contexts puts it there as well.
 *
 * @param type what it takes
 * @param consumer who gets that
 * @param others who gets the rest: the hook around this one, or at last that of the process
 * @since 0.1
 */
public record DiscardHook(Class<?> type, Consumer<Object> consumer, Consumer<Object> others)
        implements Consumer<Object> {
    /** The key of the entry. */
    public static final Object KEY = DiscardHook.class;

    /** {@return this hook, inside another one} */
    public DiscardHook inside(Consumer<Object> around) {
        return new DiscardHook(type, consumer, around);
    }

    /** Hands a value on. What the consumer throws changes nothing for whoever discards. */
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
