package dev.weft;

/**
 * Await-style code that makes a stream: it emits values until it returns, which completes the stream, or throws, which
 * makes the stream fail.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
@FunctionalInterface
public interface Generator<T> {
    /**
     * Makes the values.
     *
     * @param out where to put them
     * @throws Exception what the stream fails with
     */
    void generate(Emitter<T> out) throws Exception;
}
