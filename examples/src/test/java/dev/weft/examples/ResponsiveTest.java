package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsiveTest {
    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void clicksAreAnsweredWhileItComputes(String backend) throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "Dispatcher.on needs JDK 24");
        var program = new Program(Responsive.class)
                .with("-Djava.awt.headless=true", "--add-opens", "java.base/java.lang=ALL-UNNAMED")
                .with("-Dweft.backend=" + backend);
        assertThat(program.run())
                .containsExactly(
                        "step 1: 9592 primes, and clicks so far: 1",
                        "step 2: 9592 primes, and clicks so far: 2",
                        "step 3: 9592 primes, and clicks so far: 3",
                        "finished",
                        "step 1: 9592 primes, and clicks so far: 1",
                        "cancelled after step 1");
    }
}
