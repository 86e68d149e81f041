package dev.weft;

/**
 * Registers a listener with its source.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
@FunctionalInterface
public interface ListenerBody<T> {
    /**
     * Registers the listener, on the thread of the loop or subscriber that wants its values. It may await.
     *
     * @param sink what the listener has to call
     * @throws Exception if it could not be registered; the stream fails with it
     */
    void register(ListenerSink<T> sink) throws Exception;
}
