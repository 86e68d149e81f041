package dev.weft.spring.boot;

import dev.weft.BackendException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class BackendFailureAnalyzer extends AbstractFailureAnalyzer<BackendException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BackendException cause) {
        return Advice.in("Weft has no backend: " + cause.getMessage(), cause);
    }
}
