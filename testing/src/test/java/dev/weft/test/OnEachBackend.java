package dev.weft.test;

import dev.weft.Adapters;
import java.util.stream.Stream;

/** The backends on which a test runs, as options of tests. */
final class OnEachBackend {
    private OnEachBackend() {}

    static Stream<TestOptions> options() {
        return Adapters.installed().stream().map(TestOptions.DEFAULT::on);
    }
}
