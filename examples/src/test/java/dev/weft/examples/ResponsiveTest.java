package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResponsiveTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void clicksAreAnsweredWhileItComputes(Backend backend) throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "Dispatcher.on needs JDK 24");
        assertThat(Told.by(Responsive::open, backend))
                .containsExactly(
                        "step 1: 9592 primes, and clicks so far: 1",
                        "step 2: 9592 primes, and clicks so far: 2",
                        "step 3: 9592 primes, and clicks so far: 3",
                        "finished",
                        "step 1: 9592 primes, and clicks so far: 1",
                        "cancelled after step 1");
    }
}
