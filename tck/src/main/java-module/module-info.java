/** The contract that every Weft backend must pass, as JUnit 5 tests. */
module dev.weft.tck {
    requires transitive dev.weft;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports dev.weft.tck;

    opens dev.weft.tck to
            org.junit.platform.commons;
}
