package dev.weft.tck;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestWatcher;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Puts the number of the rule before what a test says, and counts at the end. */
final class RuleReport implements BeforeAllCallback, AfterAllCallback, TestExecutionExceptionHandler, TestWatcher {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(RuleReport.class);

    private enum End {
        PASSED,
        SKIPPED,
        FAILED
    }

    /** The result of each rule, in all chapters of one test class, which run on one thread. */
    private static final class Tally extends TreeMap<String, End> {
        private static final long serialVersionUID = 1;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        boolean isChapter = !BackendContract.class.isAssignableFrom(context.getRequiredTestClass());
        if (!isChapter) context.getStore(NAMESPACE).put(Tally.class, new Tally());
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) {
        String rule = "rule " + number(context);
        if (thrown instanceof TestAbortedException skipped)
            throw new TestAbortedException(rule + " skipped: " + skipped.getMessage());
        if (thrown instanceof AssertionError said)
            throw new AssertionFailedError(rule + ": " + said.getMessage(), said);
        throw new AssertionFailedError(rule + " (" + sentence(context) + "): the backend threw " + thrown, thrown);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        note(context, End.PASSED);
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        note(context, End.SKIPPED);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        note(context, End.FAILED);
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        note(context, End.SKIPPED);
    }

    /** Prints nothing for a chapter, which has no tally of its own: it counts in the enclosing class's tally. */
    @Override
    @SuppressWarnings("SystemOut")
    public void afterAll(ExtensionContext context) {
        Tally tally = context.getStore(NAMESPACE).remove(Tally.class, Tally.class);
        if (tally == null) return;
        String line = summary(tally);
        context.publishReportEntry("weft-tck", line);
        System.out.println("weft-tck: " + line + " (" + context.getDisplayName() + ")");
    }

    private static String summary(Tally tally) {
        String line = of(tally, End.PASSED).size() + " rules passed, " + named(tally, End.SKIPPED, "skipped");
        return of(tally, End.FAILED).isEmpty() ? line : line + ", " + named(tally, End.FAILED, "failed");
    }

    private static String named(Tally tally, End end, String word) {
        Map<String, End> rules = of(tally, end);
        return rules.size() + " " + word + (rules.isEmpty() ? "" : ": " + String.join(" ", rules.keySet()));
    }

    private static Map<String, End> of(Tally tally, End end) {
        return tally.entrySet().stream()
                .filter(entry -> entry.getValue() == end)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new));
    }

    private static void note(ExtensionContext context, End end) {
        Objects.requireNonNull(tally(context)).put(number(context), end);
    }

    private static @Nullable Tally tally(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(Tally.class, Tally.class);
    }

    /** The number in {@code rule204_aSentence}; for a test that a subclass adds, its name instead. */
    private static String number(ExtensionContext context) {
        String name = name(context);
        return name.matches("rule\\d{3}_.*") ? name.charAt(4) + "." + name.substring(5, 7) : name;
    }

    private static String sentence(ExtensionContext context) {
        String name = name(context);
        return name.substring(name.indexOf('_') + 1)
                .replaceAll("(\\p{Upper})", " $1")
                .toLowerCase(Locale.ROOT);
    }

    private static String name(ExtensionContext context) {
        return context.getTestMethod().map(Method::getName).orElseGet(context::getDisplayName);
    }
}
