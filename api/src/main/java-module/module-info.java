/** Async/await for Java: the public words and the engine. */
module dev.weft {
    requires static java.instrument;
    requires static java.management;
    requires static jdk.httpserver;
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.weft;
    exports dev.weft.spi;

    uses dev.weft.CoroutineListener;
    uses dev.weft.spi.Backend;
    uses dev.weft.spi.EventLoops;
}
