package dev.weft.examples.checkout;

import java.util.function.Function;
import java.util.function.IntFunction;

/** An HTTP server, and what its checkout needs. */
public final class Shop implements AutoCloseable {
    private final Services services;
    private final Engine.Server server;

    private Shop(Services services, Engine.Server server) {
        this.services = services;
        this.server = server;
    }

    /**
     * Opens a shop, which closes its services when it is closed.
     *
     * @param checkout makes the checkout that serves the customers
     */
    public static Shop open(Engine engine, Services services, Function<Services, IntFunction<Receipt>> checkout) {
        return new Shop(services, engine.serve(new Page(checkout.apply(services))));
    }

    /** {@return the port on loopback} */
    public int port() {
        return server.port();
    }

    /** {@return its database} */
    public Database database() {
        return services.database();
    }

    @Override
    public void close() {
        server.close();
        services.close();
    }
}
