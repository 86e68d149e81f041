package dev.weft.examples.checkout;

import java.time.Duration;

/**
 * What a checkout needs.
 *
 * @param patience how long it waits for the carrier
 */
public record Services(
        Database database, Bank bank, Carrier carrier, Recommendations recommendations, Duration patience)
        implements AutoCloseable {
    /**
     * Opens a database, and clients for the services.
     *
     * @param bank the port of the bank on loopback
     * @param carrier the port of the carrier
     * @param recommendations the port of the recommendations
     */
    public static Services open(Engine engine, int bank, int carrier, int recommendations, Duration patience) {
        return new Services(
                Database.open(engine.pool()),
                engine.bank(bank),
                new Carrier(carrier),
                new Recommendations(recommendations),
                patience);
    }

    @Override
    public void close() {
        carrier.close();
        recommendations.close();
        database.close();
    }
}
