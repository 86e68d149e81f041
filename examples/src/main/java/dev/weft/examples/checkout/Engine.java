package dev.weft.examples.checkout;

import java.util.List;

/** The edges of a shop, which each engine implements in its own way. Their methods do the awaiting themselves. */
public interface Engine extends AutoCloseable {
    /** {@return connections to a new database in memory} */
    default Pool pool() {
        return pool("", Pool.MAX);
    }

    /**
     * {@return connections to a database}
     *
     * @param url its URL, for R2DBC or JDBC as the engine needs it; empty for a new one in memory
     * @param connections how many there are at most
     */
    Pool pool(String url, int connections);

    /**
     * {@return the payment service}
     *
     * @param port the service's port on loopback
     */
    Bank bank(int port);

    /**
     * Starts an HTTP server on loopback. Each request runs in a coroutine of its own, with its trace id in the context under
     * {@link Trace#KEY}; a customer who goes away cancels it.
     *
     * @param page what it serves
     */
    Server serve(Page page);

    /** Runs something on a thread that must not block. */
    void onEventLoop(Runnable task);

    /** {@return the errors that nobody could receive since this was made} */
    List<Throwable> unhandled();

    @Override
    void close();

    /** An HTTP server. */
    interface Server extends AutoCloseable {
        /** {@return its port on loopback} */
        int port();

        @Override
        void close();
    }
}
