package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TickerTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void someComeLateSomeLeaveAndSomeAreSlow(Backend backend) throws Exception {
        assertThat(Told.by(Ticker::watch, backend))
                .containsExactly(
                        "two readers had one connection, which was closed when both had left",
                        "the slowest of those who stayed set the pace, and saw all 100",
                        "a slow reader saw the last 3 of 100, and the quick one all",
                        "the board shows each state that is there when it looks");
    }
}
