package dev.weft.test;

import dev.weft.Adapters;
import dev.weft.Supervisor;
import dev.weft.spi.Backend;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Runs the test methods of a class in virtual time, also repeated and parameterized ones, each as {@link WeftTest} says;
 * with {@code @ExtendWith(WeftExtension.class)} and {@code @ResourceLock(WeftTest.CLOCK)} on the class or method.
 *
 * @since 0.1
 */
public final class WeftExtension implements InvocationInterceptor, ParameterResolver {
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(WeftExtension.class);

    /** For JUnit. */
    public WeftExtension() {}

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation, context);
    }

    private static void run(Invocation<Void> invocation, ExtensionContext context) throws Throwable {
        Settings settings = settings(context);
        TestRun.<Exception>run(settings.options(), settings.scope(), test -> proceed(invocation));
    }

    private static void proceed(Invocation<Void> invocation) throws Exception {
        try {
            invocation.proceed();
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable other) {
            throw new AssertionError(other);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return context.getTestMethod().isPresent()
                && (type == TestScope.class
                        || type == Supervisor.class
                        || type == Recorder.class
                        || type == TestSource.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        TestScope scope = settings(context).scope();
        if (type == Supervisor.class) return scope.supervisor();
        if (type == Recorder.class) return scope.recorder();
        return type == TestSource.class ? scope.source() : scope;
    }

    private static Settings settings(ExtensionContext context) {
        return Objects.requireNonNull(context.getStore(SPACE)
                .getOrComputeIfAbsent(context.getUniqueId(), id -> Settings.of(context), Settings.class));
    }

    /** How a test runs, and its scope. */
    private record Settings(TestOptions options, TestScope scope) {
        static Settings of(ExtensionContext context) {
            TestOptions options = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), WeftTest.class)
                    .map(Settings::options)
                    .orElse(TestOptions.DEFAULT);
            return new Settings(options, new TestScope(options));
        }

        private static TestOptions options(WeftTest annotation) {
            TestOptions options = TestOptions.DEFAULT
                    .limit(Duration.ofSeconds(annotation.limitSeconds()))
                    .jumpAfter(Duration.ofMillis(annotation.jumpAfterMillis()))
                    .hangAfter(Duration.ofMillis(annotation.hangAfterMillis()));
            return annotation.backend().isEmpty() ? options : options.on(backend(annotation.backend()));
        }

        private static Backend backend(String id) {
            return Adapters.installed().stream()
                    .filter(backend -> backend.id().equals(id))
                    .findAny()
                    .orElseThrow(() -> new ExtensionConfigurationException("looked for the backend \"" + id
                            + "\" of @WeftTest; found "
                            + Adapters.installed().stream().map(Backend::id).toList()
                            + ": correct the id, or add the artifact of its adapter"));
        }
    }
}
