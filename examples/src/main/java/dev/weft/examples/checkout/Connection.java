package dev.weft.examples.checkout;

import java.util.List;

/** A connection to a database. Each method waits until the database has answered. */
public interface Connection {
    /** Begins a transaction. */
    void begin();

    /** {@return the rows that a query finds} */
    List<Row> query(String sql, Object... parameters);

    /** {@return how many rows an update has changed} */
    int update(String sql, Object... parameters);

    /** Ends the transaction and keeps its changes. */
    void commit();

    /** Ends the transaction, if there is one, and undoes its changes. */
    void rollback();

    /** Returns the connection to its pool. */
    void close();

    /** A row that a query found: the values of its columns. */
    record Row(List<Object> columns) {
        /** {@return the number in a column} */
        public int number(int column) {
            return ((Number) columns.get(column)).intValue();
        }

        /** {@return the text in a column} */
        public String text(int column) {
            return (String) columns.get(column);
        }
    }
}
