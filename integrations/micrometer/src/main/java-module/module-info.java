/** Meters and observations of coroutines, for Micrometer. */
module dev.weft.micrometer {
    requires transitive dev.weft;
    requires transitive micrometer.commons;
    requires transitive micrometer.core;
    requires transitive micrometer.observation;
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.weft.micrometer;
}
