package dev.weft.spring.boot;

import dev.weft.spring.UnknownReturnTypeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class ReturnTypeFailureAnalyzer extends AbstractFailureAnalyzer<UnknownReturnTypeException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnknownReturnTypeException cause) {
        return new FailureAnalysis(
                "Methods return types of Weft that Spring does not know:\n\n" + cause.getMessage(),
                "Change what they return as it says there, or remove weft.spring.enabled=false.",
                cause);
    }
}
