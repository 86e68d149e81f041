package dev.weft.test.simulation;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedMethods;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;
import static org.junit.platform.commons.support.ReflectionSupport.invokeMethod;
import static org.junit.platform.commons.support.ReflectionSupport.newInstance;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Runs a test method under many seeds in place of once. */
final class SimulatedExtension implements InvocationInterceptor {
    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        Simulated wanted =
                findAnnotation(method.getExecutable(), Simulated.class).orElseThrow();
        invocation.skip();
        List<Class<?>> classes = context.getRequiredTestInstances().getAllInstances().stream()
                .<Class<?>>map(Object::getClass)
                .toList();
        Exploration.Explored explored = Exploration.ofSeeds(wanted.seeds())
                .withSteps(wanted.steps())
                .withPatience(Duration.ofSeconds(wanted.seconds()))
                .explore(() -> run(classes, method));
        context.publishReportEntry("simulated", explored.toString());
    }

    private static void run(List<Class<?>> classes, ReflectiveInvocationContext<Method> method) {
        Object instance = newInstance(classes.get(0));
        for (Class<?> inner : classes.subList(1, classes.size())) instance = newInstance(inner, instance);
        invokeAll(BeforeEach.class, instance, HierarchyTraversalMode.TOP_DOWN);
        try {
            invokeMethod(method.getExecutable(), instance, method.getArguments().toArray());
        } finally {
            invokeAll(AfterEach.class, instance, HierarchyTraversalMode.BOTTOM_UP);
        }
    }

    private static void invokeAll(Class<? extends Annotation> kind, Object instance, HierarchyTraversalMode order) {
        for (Method each : findAnnotatedMethods(instance.getClass(), kind, order)) invokeMethod(each, instance);
    }
}
