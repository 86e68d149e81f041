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
     * Registers the listener, on the thread of the loop, or of the subscriber's coroutine, that receives its values. It
     * may await.
     *
     * @param sink what the listener must call
     * @throws Exception if it could not be registered; the stream fails with it
     */
    void register(ListenerSink<T> sink) throws Exception;
}
