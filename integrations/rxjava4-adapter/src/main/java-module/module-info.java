/** Async/await over RxJava 4. Experimental. */
module dev.weft.rxjava4 {
    requires transitive dev.weft;
    requires transitive io.reactivex.rxjava4;
    requires static context.propagation;
    requires static org.jspecify;

    exports dev.weft.rxjava4;

    provides dev.weft.spi.Backend with
            dev.weft.rxjava4.RxBackend;
}
