/** Async/await over Project Reactor. */
module dev.weft.reactor {
    requires transitive dev.weft;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;
    requires static context.propagation;
    requires static org.jspecify;

    exports dev.weft.reactor;

    provides dev.weft.spi.Backend with
            dev.weft.reactor.ReactorBackend;
}
