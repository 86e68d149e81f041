package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuBoundTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void theHeartStopsForWhatComputesOnItsLoopOnly(Backend backend) throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "Dispatcher.on needs JDK 24");
        assertThat(Told.by(CpuBound::compute, backend))
                .containsExactly(
                        "63951 primes, computed on the event loop; meanwhile the heart beat 0 times",
                        "63951 primes, computed in the pool; meanwhile the heart beat on",
                        "63951 primes, computed in the pool, in parts",
                        "given up in time, and stopped: true");
    }
}
