package dev.weft.examples;

import static dev.weft.Async.withBackend;

import dev.weft.AsyncBody;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** What an example tells when it is run on a backend. */
final class Told {
    private Told() {}

    /** For {@code @MethodSource}: the backends that an example is run on. */
    static Stream<Named<Backend>> backends() {
        return Stream.of(new ReactorBackend(), new RxBackend()).map(backend -> Named.of(backend.id(), backend));
    }

    /** {@return the lines that it prints} */
    static List<String> by(Example.Body example, Backend backend) throws Exception {
        var told = new ByteArrayOutputStream();
        var out = new PrintStream(told, true);
        return withBackend(backend, (AsyncBody<List<String>, Exception>) () -> {
            example.run(out);
            return told.toString().lines().toList();
        });
    }
}
