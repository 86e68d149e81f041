package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Checks the list of faults of the module in whose folder it runs. */
class MutantsTest {
    /** A fault that no longer fits its source is found here, not only when it is planted. */
    @Test
    void everyFaultCanBePlanted() throws IOException {
        assertThat(Mutants.read(Path.of(""))).isNotEmpty();
    }
}
