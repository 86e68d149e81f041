/** The contract that every Weft backend must pass, and programs that must do the same on every backend, as JUnit 5 tests. */
module dev.weft.tck {
    requires transitive dev.weft;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports dev.weft.tck;
    exports dev.weft.tck.programs;

    opens dev.weft.tck to
            org.junit.platform.commons;
    opens dev.weft.tck.programs to
            org.junit.platform.commons;
}
