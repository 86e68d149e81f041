package dev.weft.spring.boot;

import dev.weft.spring.ReturnTypeGuard;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/** Spring Data makes no bean of a repository none of whose types it knows. Comes before Boot's own analyzer. */
final class RepositoryFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        ResolvableType missing = cause.getResolvableType();
        Class<?> type = missing == null ? null : missing.resolve();
        if (type == null) return null;
        List<String> findings = ReturnTypeGuard.findings(type);
        if (findings.isEmpty()) return null;
        return new FailureAnalysis(
                "There is no bean of the repository " + type.getName()
                        + ", since it returns types of Weft that Spring does not know:\n\n"
                        + String.join("\n", findings),
                "Change what its methods return as it says there, or remove weft.spring.enabled=false.",
                cause);
    }
}
