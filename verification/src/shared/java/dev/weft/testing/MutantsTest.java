package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The list of faults of the module in whose folder this runs. */
class MutantsTest {
    /** A fault that the sources have outgrown is met here, not when somebody plants it. */
    @Test
    void everyFaultCanBePlanted() throws IOException {
        assertThat(Mutants.read(Path.of(""))).isNotEmpty();
    }
}
