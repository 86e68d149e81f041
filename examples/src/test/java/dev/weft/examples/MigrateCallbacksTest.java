package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MigrateCallbacksTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void beforeAndAfterGiveTheSame(Backend backend) throws Exception {
        assertThat(Told.by(MigrateCallbacks::migrate, backend))
                .map(line -> line.replaceAll(" +", " "))
                .containsExactly(
                        "java.net.http | before: tea is EUR 42 | after: tea is EUR 42",
                        "java.net.http | before: no kite | after: no kite",
                        "AsynchronousFileChannel | before: 600 | after: 600",
                        "OkHttp | before: stock: 7 teapots | after: stock: 7 teapots");
    }
}
