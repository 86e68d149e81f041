package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatRoomsTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void whoSleepsMissesSomethingAndWhoVanishesIsMissed(Backend backend) throws Exception {
        assertThat(Told.by(ChatRooms::open, backend))
                .containsExactly(
                        "20 visitors heard the welcome",
                        "half of them left, half just vanished: every visit has ended",
                        "the listener heard 800 of 800 lines, the sleeper some of them and the last word");
    }
}
