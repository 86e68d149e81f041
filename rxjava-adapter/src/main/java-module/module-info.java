/** Async/await over RxJava 3. */
module dev.weft.rxjava {
    requires transitive dev.weft;
    requires transitive io.reactivex.rxjava3;
    requires transitive org.reactivestreams;
    requires static context.propagation;
    requires static org.jspecify;

    exports dev.weft.rxjava;

    provides dev.weft.spi.Backend with
            dev.weft.rxjava.RxBackend;
}
