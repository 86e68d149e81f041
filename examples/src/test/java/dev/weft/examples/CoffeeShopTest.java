package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CoffeeShopTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void eachThingThatAsyncioHasIsThere(Backend backend) throws Exception {
        assertThat(Told.by(CoffeeShop::open, backend))
                .hasSize(11)
                .anyMatch(line -> line.matches("gather\\(\\) .*\\| \\[espresso, tea, toast]"))
                .anyMatch(line -> line.matches("Semaphore.*\\| at most 2 of 6 had an espresso at once"))
                .anyMatch(line -> line.matches("Queue.*\\| 2 baristas made 50 orders"))
                .anyMatch(line -> line.matches("cancel.*\\| \\[oven on, oven off, no cake]"));
    }
}
