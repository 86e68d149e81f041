package dev.weft.spring.boot;

import dev.weft.spring.boot.Settings.SettingsException;
import java.util.Objects;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class SettingsFailureAnalyzer extends AbstractFailureAnalyzer<SettingsException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SettingsException cause) {
        return Advice.in(Objects.requireNonNull(cause.getMessage()), cause);
    }
}
