package dev.weft.spi;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Loads what a {@link java.util.ServiceLoader} finds, as far as it can be loaded.
 *
 * @since 0.1
 */
public final class Services {
    /** A loader that fails again and again would never end. */
    private static final int MAX_BROKEN = 64;

    private Services() {}

    /**
     * {@return a new list, which may be changed, of what is made of each that is found}
     *
     * @param found what finds them
     * @param use makes something of each
     * @param skipped is told why one could not be loaded, which is left out
     */
    public static <S, T> List<T> load(
            Iterator<S> found, Function<? super S, ? extends T> use, Consumer<? super Throwable> skipped) {
        List<T> loaded = new ArrayList<>();
        for (int broken = 0; broken < MAX_BROKEN; ) {
            try {
                if (!found.hasNext()) break;
                loaded.add(use.apply(found.next()));
            } catch (ServiceConfigurationError | LinkageError failure) {
                broken++;
                skipped.accept(failure);
            }
        }
        return loaded;
    }
}
