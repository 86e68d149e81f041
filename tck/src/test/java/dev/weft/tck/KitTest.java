package dev.weft.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.weft.spi.Backend;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The kit itself: that it finds what is wrong, names it, and nothing else. It waits in vain for a minute, so on one JDK only. */
@EnabledForJreRange(min = JRE.JAVA_25)
class KitTest {
    private static final List<Class<?>> BROKEN = List.of(
            BrokenBackends.class,
            BrokenAwaits.class,
            BrokenIterations.class,
            BrokenCoroutines.class,
            BrokenStreams.class,
            BrokenClocks.class,
            BrokenReactions.class);

    /** For a rule that has to pass, also on a machine with other work, and for one that may be waited for in vain. */
    private static final Duration RIGHT = Duration.ofSeconds(50);

    private static final Duration BROKEN_ONE = Duration.ofSeconds(2);

    /** Set by each test, which runs the kit on its own thread. */
    private static Backend backend;

    private static Sources sources;

    private static Duration limit;

    /** Not found by itself, since it is nested. */
    static final class Kit extends BackendContract {
        @Override
        protected Backend backend() {
            return KitTest.backend;
        }

        @Override
        protected Sources sources() {
            return KitTest.sources;
        }

        @Override
        protected Duration patience() {
            return limit;
        }
    }

    @TestFactory
    Stream<DynamicTest> aBrokenBackendFailsTheRulesThatItBreaks() {
        return BROKEN.stream()
                .flatMap(group -> Arrays.stream(group.getDeclaredClasses()))
                .filter(type -> type.isAnnotationPresent(Breaks.class))
                .map(type -> dynamicTest(type.getSimpleName(), () -> requireBroken(type)));
    }

    @Test
    void whatIsNotSuppliedIsSkippedWithASentence() {
        List<String> sentences = run(new ModelBackend(), new NoSources(), RIGHT).testEvents().aborted().stream()
                .map(KitTest::message)
                .toList();
        assertThat(sentences)
                .hasSizeGreaterThan(50)
                .allMatch(sentence -> sentence.matches("rule \\d\\.\\d\\d skipped: no .* supplied"))
                .contains(
                        "rule 2.02 skipped: no source \"empty\" is supplied",
                        "rule 5.01 skipped: no type for many values is supplied");
    }

    @Test
    void theNumbersAreReportedAtTheEnd() {
        List<String> reports = run(new ModelBackend(), new FlowSources(), RIGHT)
                .allEvents()
                .reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class)
                        .getKeyValuePairs()
                        .get("weft-tck"))
                .toList();
        assertThat(reports).containsExactly("106 rules passed, 2 skipped: 8.02 8.03");
    }

    private static void requireBroken(Class<?> type) throws Exception {
        Constructor<?> constructor = type.getDeclaredConstructor();
        List<String> sentences =
                run((Backend) constructor.newInstance(), new FlowSources(), BROKEN_ONE).testEvents().failed().stream()
                        .map(KitTest::message)
                        .toList();
        assertThat(sentences)
                .extracting(KitTest::number)
                .containsExactly(type.getAnnotation(Breaks.class).value());
    }

    private static EngineExecutionResults run(Backend broken, Sources of, Duration longest) {
        backend = broken;
        sources = of;
        limit = longest;
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Kit.class))
                .execute();
    }

    private static String message(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(Throwable::getMessage)
                .orElse("no message");
    }

    /** What stands where each sentence has to begin with the number of its rule. */
    private static String number(String sentence) {
        return sentence.replaceFirst("(?s)^rule (\\d\\.\\d\\d)[: ].*", "$1");
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
