package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.reporting.ReportEntry;

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
        List<String> reports = Kit.run(new ModelBackend(), new FlowSources())
                .allEvents()
                .reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class)
                        .getKeyValuePairs()
                        .get("weft-tck"))
                .toList();
        assertThat(reports).containsExactly("110 rules passed, 2 skipped: 8.02 8.03");
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
