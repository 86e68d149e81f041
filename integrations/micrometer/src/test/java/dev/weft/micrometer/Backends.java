package dev.weft.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.spi.Backend;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The backends that are tried: the JDK's, which is the configured one, and those of the adapters. */
final class Backends {
    private Backends() {}

    static Stream<Backend> all() {
        assertThat(Async.backend().id()).isEqualTo("jdk");
        return Stream.concat(
                Stream.of(Async.backend()),
                ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get));
    }
}
