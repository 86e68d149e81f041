package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Knows the event loops of a library: where nobody may wait, and where {@code Dispatcher.eventLoop()} keeps a coroutine. Found by
 * {@link java.util.ServiceLoader} on the class loader of this interface. Those of Netty are known without it.
 *
 * @since 0.1
 */
public interface EventLoops {
    /** {@return the loop that the current thread runs, or null; asked before each wait outside a coroutine, so it must be quick} */
    @Nullable
    EventLoop current();
}
