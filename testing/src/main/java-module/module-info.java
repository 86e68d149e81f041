/** Tests of await-style code in virtual time and under every schedule. */
module dev.weft.test {
    requires transitive dev.weft;
    requires static org.jspecify;

    exports dev.weft.test;
}
