package dev.weft.spring.boot;

import dev.weft.spring.boot.Settings.SettingsException;
import java.util.Objects;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

final class SettingsFailureAnalyzer extends AbstractFailureAnalyzer<SettingsException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SettingsException cause) {
        String text = Objects.requireNonNull(cause.getMessage());
        int end = text.lastIndexOf("; ");
        return new FailureAnalysis(text.substring(0, end) + '.', text.substring(end + 2), cause);
    }
}
