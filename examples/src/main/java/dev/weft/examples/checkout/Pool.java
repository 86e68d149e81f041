package dev.weft.examples.checkout;

/** Connections to a database, so many and no more. */
public interface Pool extends AutoCloseable {
    /** How many connections there are at most, unless said otherwise. */
    int MAX = 8;

    /** {@return a connection, for which it waits} Given up half-way, a connection might get lost: to be shielded. */
    Connection connect();

    @Override
    void close();
}
