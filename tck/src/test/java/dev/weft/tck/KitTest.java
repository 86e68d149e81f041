package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;

import dev.weft.spi.Backend;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What the kit says beside its failures. */
class KitTest {
    @Test
    void whatIsNotSuppliedIsSkippedWithASentence() {
        var results = Kit.run(new ModelBackend(), new NoSources());
        assertThat(Kit.messages(results.testEvents().aborted().list()))
                .hasSizeGreaterThan(50)
                .allMatch(sentence -> sentence.matches("rule \\d\\.\\d\\d skipped: no .* supplied"))
                .contains(
                        "rule 2.02 skipped: no source \"empty\" is supplied",
                        "rule 5.01 skipped: no type for many values is supplied");
    }

    @Test
    void theNumbersAreReportedAtTheEnd() {
        assertThat(reports(Kit.run(new ModelBackend(), new FlowSources())))
                .containsExactly("110 rules passed, 2 skipped: 8.02 8.03");
    }

    @Test
    void theRulesAreShownByChapterInTheOrderOfTheirNumbers() {
        List<String> shown = Kit.run(new ModelBackend(), new NoSources())
                .allEvents()
                .started()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .filter(name -> name.matches("\\d .*|rule\\d{3}_.*"))
                .map(name -> name.replaceAll("\\D*(\\d+).*", "$1"))
                .toList();
        assertThat(shown)
                .startsWith("1", "101", "102", "103", "104", "2", "201")
                .contains("913")
                .isSorted();
    }

    @Test
    void aRuleThatTheAuthorLeavesOutIsCountedAsSkipped() {
        var results = EngineTestKit.engine("junit-jupiter")
                .selectors(
                        rule(LeavesOut.class, "rule201_aValueIsReturned"),
                        rule(LeavesOut.class, "rule212_aCancellationIsSentUpstreamOnce"))
                .execute();
        assertThat(Kit.messages(results.testEvents().aborted().list()))
                .containsExactly("Assumption failed: the library cannot cancel");
        assertThat(reports(results)).containsExactly("1 rules passed, 1 skipped: 2.12");
    }

    /** One rule, as an IDE runs it. */
    private static DiscoverySelector rule(Class<?> contract, String name) {
        return selectNestedMethod(List.of(contract), BackendContract.Rules2Await.class, name);
    }

    private static List<String> reports(EngineExecutionResults results) {
        return results.allEvents()
                .reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class)
                        .getKeyValuePairs()
                        .get("weft-tck"))
                .toList();
    }

    /** Leaves a rule out as the guide says. */
    static final class LeavesOut extends BackendContract {
        @Override
        protected Backend backend() {
            return new ModelBackend();
        }

        @Override
        protected Sources sources() {
            return new FlowSources();
        }

        @BeforeEach
        void leaveOut(TestInfo rule) {
            assumeFalse(rule.getDisplayName().startsWith("rule212"), "the library cannot cancel");
        }
    }

    /** What must be supplied, and nothing else. */
    private static final class NoSources implements Sources {
        @Override
        public Class<?> one() {
            return Flow.Publisher.class;
        }

        @Override
        public Flow.Publisher<?> publisher(Object source) {
            return (Flow.Publisher<?>) source;
        }
    }
}
