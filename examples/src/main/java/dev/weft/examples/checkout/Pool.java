package dev.weft.examples.checkout;

/** A limited number of connections to a database. */
public interface Pool extends AutoCloseable {
    /** How many connections there are at most, unless said otherwise. */
    int MAX = 8;

    /**
     * {@return a connection, for which it waits} Call it shielded: if it were cancelled half-way, a connection might
     * get lost.
     */
    Connection connect();

    @Override
    void close();
}
