package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileHasherTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void itTellsHowFarItIsInLines(Backend backend) throws Exception {
        List<String> told = Told.by(out -> FileHasher.hash(out, false), backend);
        assertThat(told)
                .hasSize(6)
                .contains("25 % of 2000 files", "100 % of 2000 files")
                .contains("2000 files, at most 16 at once: the same sums as one by one");
    }

    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void onATerminalItShowsABar(Backend backend) throws Exception {
        List<String> told = Told.by(out -> FileHasher.hash(out, true), backend);
        assertThat(told).contains("[########################################] 2000/2000");
        assertThat(told).filteredOn(line -> line.startsWith("[")).hasSize(40);
    }
}
