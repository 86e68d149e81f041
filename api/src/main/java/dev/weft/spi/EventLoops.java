package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Knows the event loops of a library, on which no code may block and {@code Dispatcher.eventLoop()} keeps a coroutine.
 * {@link java.util.ServiceLoader} finds implementations on the class loader of this interface. Netty's event loops are
 * known without one.
 *
 * @since 0.1
 */
public interface EventLoops {
    /**
     * {@return the loop that the current thread runs, or null} Called before each wait outside a coroutine, so it must
     * be quick.
     */
    @Nullable
    EventLoop current();
}
