package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveFeedTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void aReaderMayLeaveBeSlowOrBeLeft(Backend backend) throws Exception {
        List<String> told = Told.by(LiveFeed::watch, backend);
        assertThat(told)
                .hasSize(4)
                .startsWith(
                        "left after [0, 1, 2, 3, 4]",
                        "the server saw that, and sends no more",
                        "worked on every tenth tick or so, and always on the newest: true");
        assertThat(told.get(3)).startsWith("the server went away, and the loop learned it: java.io.IOException");
    }
}
