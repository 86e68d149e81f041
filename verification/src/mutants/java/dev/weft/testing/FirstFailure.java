package dev.weft.testing;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of a module up to the first failure: simulations first under some seeds, where only a failing schedule
 * counts, since some expected outcomes are too rare to occur there; then under all.
 */
final class FirstFailure implements TestExecutionListener {
    static final int FOUND = 7;
    static final int NOTHING_RUN = 8;
    static final String MARK = "first failure: ";

    private static final String OF_A_SCHEDULE = "(-Dweft.seed=";

    private final boolean few;
    private int passed;

    private FirstFailure(boolean few) {
        this.few = few;
    }

    /** Ends with status 0 if all pass. */
    public static void main(String[] args) throws URISyntaxException {
        Path tests = Path.of(FirstFailure.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClasspathRoots(Set.of(tests)))
                .filters(includeClassNamePatterns(args[0]))
                .build();
        if (args[0].equals(Mutants.SIMULATIONS)) {
            String seeds = System.getProperty("weft.seeds");
            for (String few : List.of("100", "1000")) {
                System.setProperty("weft.seeds", few);
                LauncherFactory.create().execute(request, new FirstFailure(true));
            }
            System.setProperty("weft.seeds", seeds);
        }
        var listener = new FirstFailure(false);
        LauncherFactory.create().execute(request, listener);
        System.exit(listener.passed == 0 ? NOTHING_RUN : 0);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.SUCCESSFUL && test.isTest()) passed++;
        if (result.getStatus() != Status.FAILED) return;
        String failure = result.getThrowable().map(Throwable::toString).orElse("");
        if (few && !failure.contains(OF_A_SCHEDULE)) return;
        System.out.println(MARK
                + test.getUniqueId()
                        .replaceAll("\\[(class|nested-class|method):([^]]*)]|\\[[^]]*]", "$2")
                        .replaceAll("/+", " ")
                        .replaceAll("\\(.*", "")
                        .strip());
        System.out.println(failure);
        Runtime.getRuntime().halt(FOUND);
    }
}
