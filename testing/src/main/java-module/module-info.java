/** Tests of await-style code in virtual time and under every schedule. */
module dev.weft.test {
    requires transitive dev.weft;
    requires static io.reactivex.rxjava3;
    requires static transitive org.assertj.core;
    requires static transitive org.junit.jupiter.api;
    requires static org.jspecify;
    requires static org.junit.platform.commons;
    requires static reactor.blockhound;
    requires static reactor.core;

    exports dev.weft.test;
    exports dev.weft.test.simulation;
}
