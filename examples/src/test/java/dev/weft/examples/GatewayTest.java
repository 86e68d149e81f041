package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GatewayTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void servicesMayBeBusySlowOrBroken(Backend backend) throws Exception {
        assertThat(Told.by(Gateway::open, backend))
                .containsExactly(
                        "EUR 42 after 3 requests",
                        "EUR 42 after 1 request",
                        "EUR 42 after 2 requests",
                        "each service knows how long it may take",
                        "none works on an answer that would come too late",
                        "the circuit is OPEN after 3",
                        "EUR 42, and the circuit is CLOSED");
    }
}
