package dev.weft.testing;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of a module up to the first that fails. */
final class FirstFailure implements TestExecutionListener {
    static final int FOUND = 7;
    static final int NOTHING_RUN = 8;
    static final String MARK = "first failure: ";

    private int passed;

    private FirstFailure() {}

    /** Ends with 0 if all pass. */
    public static void main(String[] args) throws URISyntaxException {
        Path tests = Path.of(FirstFailure.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var listener = new FirstFailure();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClasspathRoots(Set.of(tests)))
                                .filters(includeClassNamePatterns(args[0]))
                                .build(),
                        listener);
        System.exit(listener.passed == 0 ? NOTHING_RUN : 0);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.SUCCESSFUL && test.isTest()) passed++;
        if (result.getStatus() != Status.FAILED) return;
        System.out.println(MARK
                + test.getUniqueId()
                        .replaceAll("\\[(class|nested-class|method):([^]]*)]|\\[[^]]*]", "$2")
                        .replaceAll("/+", " ")
                        .replaceAll("\\(.*", "")
                        .strip());
        result.getThrowable().ifPresent(System.out::println);
        Runtime.getRuntime().halt(FOUND);
    }
}
