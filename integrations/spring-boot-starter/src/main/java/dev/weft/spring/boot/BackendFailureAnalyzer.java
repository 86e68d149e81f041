package dev.weft.spring.boot;

import dev.weft.BackendException;
import java.util.Objects;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Its message ends with what to do, after the last semicolon. */
final class BackendFailureAnalyzer extends AbstractFailureAnalyzer<BackendException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BackendException cause) {
        String text = Objects.requireNonNull(cause.getMessage());
        int end = text.lastIndexOf("; ");
        return new FailureAnalysis(
                "Weft has no backend: " + text.substring(0, end) + '.', text.substring(end + 2), cause);
    }
}
