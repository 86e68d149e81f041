package dev.weft.examples;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** The databases that the examples of SQL are run on. */
enum Database {
    H2,
    POSTGRESQL;

    /** {@return its URL, of R2DBC} Skips the test where there is none. */
    String url() {
        if (this == H2) return "r2dbc:h2:mem:///examples;DB_CLOSE_DELAY=-1";
        String url = System.getProperty("database", "");
        assumeFalse(
                url.isEmpty(),
                "PostgreSQL is tested where there is one: -Ddatabase=r2dbc:postgresql://user:password@host/name");
        return url;
    }
}
