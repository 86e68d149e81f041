package dev.weft.tck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.weft.spi.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The kit as a backend's author runs it, run by its own tests. */
@ExtendWith(Kit.Patient.class)
final class Kit extends BackendContract {
    /** For a rule that must pass, also on a busy machine, and for one whose waits may run out. */
    private static final Duration RIGHT = Duration.ofSeconds(50);

    static final Duration BROKEN_ONE = Duration.ofMillis(500);

    /** Set by each run, which is on one thread. */
    private static Backend backend;

    private static Sources sources;
    private static Set<String> broken;
    private static Duration limit;

    /** Runs it with a backend that breaks the rules of these numbers. */
    static EngineExecutionResults run(Backend of, Sources with, String... breaks) {
        backend = of;
        sources = with;
        broken = Set.of(breaks);
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Kit.class))
                .execute();
    }

    /** {@return what each test of some has failed or was skipped with} */
    static List<String> messages(List<Event> tests) {
        return tests.stream()
                .map(test -> test.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .map(Throwable::getMessage)
                        .orElse("no message"))
                .toList();
    }

    @Override
    protected Backend backend() {
        return backend;
    }

    @Override
    protected Sources sources() {
        return sources;
    }

    @Override
    protected Duration patience() {
        return limit;
    }

    /** Looks at the number of each rule, with which the name of its test begins: {@code rule207_…}. */
    static final class Patient implements BeforeEachCallback {
        @Override
        public void beforeEach(ExtensionContext rule) {
            String name = rule.getRequiredTestMethod().getName();
            limit = broken.contains(name.substring(4, 5) + "." + name.substring(5, 7)) ? BROKEN_ONE : RIGHT;
        }
    }
}
