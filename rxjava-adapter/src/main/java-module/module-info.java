/** Async/await over RxJava 3. */
module dev.weft.rxjava {
    requires transitive dev.weft;
    requires transitive io.reactivex.rxjava3;
    requires transitive org.reactivestreams;
    requires static context.propagation;
    requires static org.jspecify;
    requires static reactor.blockhound;

    exports dev.weft.rxjava;

    provides dev.weft.spi.Backend with
            dev.weft.rxjava.RxBackend;
    provides dev.weft.spi.EventLoops with
            dev.weft.rxjava.VertxLoops;

// No "provides" for BlockHound's service: a module that provides one is not resolved where its interface is missing. On
// the module path, install it by hand: BlockHound.install(new RxBlockHoundIntegration()).
}
