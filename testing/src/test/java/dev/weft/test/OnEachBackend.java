package dev.weft.test;

import dev.weft.Adapters;
import java.time.Duration;
import java.util.stream.Stream;

/** The backends on which a test runs, as options of tests. */
final class OnEachBackend {
    private OnEachBackend() {}

    /** For tests that hang on purpose: after a short while. */
    static Stream<TestOptions> options() {
        return Adapters.installed().stream()
                .map(backend -> TestOptions.DEFAULT.on(backend).hangAfter(Duration.ofMillis(200)));
    }
}
