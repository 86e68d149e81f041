package dev.weft.test;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes a test fail in which something blocks where it must not. */
final class NoBlockingExtension implements BeforeTestExecutionCallback, AfterTestExecutionCallback {
    @Override
    public void beforeTestExecution(ExtensionContext context) {
        String missing = BlockingCalls.missing();
        if (missing != null) throw new ExtensionConfigurationException(missing);
        BlockingCalls.begin();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        AssertionError found = BlockingCalls.end();
        if (found != null) throw found;
    }
}
