package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SearchTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void theNewestTextIsAnsweredAndNoOther(Backend backend) throws Exception {
        assertThat(Told.by(Search::search, backend))
                .containsExactly(
                        "wea: [weave, weaver]",
                        "war: [warp]",
                        "and the request for wa was given up",
                        "woo: no answer, status 500",
                        "wef: [weft]",
                        "it asked less often than a key was pressed, and no request is open");
    }
}
