package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.Deferred;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.util.context.ContextView;

/**
 * Runs test methods in the context of a transaction, which is where a reactive one lives. Spring's listeners are called
 * before and after a test, so they can put a transaction on its thread, but not into a context around it.
 */
final class RollbackExtension implements BeforeEachCallback, AfterEachCallback, InvocationInterceptor {
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(RollbackExtension.class);

    @Override
    public void beforeEach(ExtensionContext test) {
        test.getStore(SPACE).put(Open.class, new Open(manager(test)));
    }

    @Override
    public void afterEach(ExtensionContext test) {
        Open open = test.getStore(SPACE).remove(Open.class, Open.class);
        if (open != null) open.rollBack();
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext test)
            throws Throwable {
        inside(invocation, test);
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext test)
            throws Throwable {
        inside(invocation, test);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext test)
            throws Throwable {
        inside(invocation, test);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext test)
            throws Throwable {
        inside(invocation, test);
    }

    private static void inside(Invocation<@Nullable Void> invocation, ExtensionContext test) throws Throwable {
        Open open = Objects.requireNonNull(test.getStore(SPACE).get(Open.class, Open.class));
        var around = new AroundBody();
        around.await(mono(() -> around.<@Nullable Void>run(invocation::proceed)).contextWrite(open.context));
    }

    private static ReactiveTransactionManager manager(ExtensionContext test) {
        ApplicationContext beans = SpringExtension.getApplicationContext(test);
        String name = annotation(test).value();
        if (!name.isEmpty()) return beans.getBean(name, ReactiveTransactionManager.class);
        var only = beans.getBeanProvider(ReactiveTransactionManager.class).getIfUnique();
        if (only != null) return only;
        throw new ExtensionConfigurationException(
                "looked for the only ReactiveTransactionManager for @RolledBack; found "
                        + Arrays.toString(beans.getBeanNamesForType(ReactiveTransactionManager.class))
                        + ": add one, or name one of them in the annotation");
    }

    private static RolledBack annotation(ExtensionContext test) {
        RolledBack ofMethod =
                AnnotatedElementUtils.findMergedAnnotation(test.getRequiredTestMethod(), RolledBack.class);
        return ofMethod != null
                ? ofMethod
                : Objects.requireNonNull(
                        TestContextAnnotationUtils.findMergedAnnotation(test.getRequiredTestClass(), RolledBack.class));
    }

    /** A transaction that stays open until it is rolled back, and its context. */
    private static final class Open {
        private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
        private final Deferred<?> transaction;
        private final ContextView context;

        /** Returns when it has begun; throws why it cannot. */
        Open(ReactiveTransactionManager manager) {
            var begun = new CompletableFuture<@Nullable ContextView>();
            var work = TransactionalOperator.create(manager).execute(begin -> {
                begin.setRollbackOnly();
                return mono(() -> {
                    begun.complete(contextView());
                    await(over);
                });
            });
            transaction = async(() -> awaitDone(work.then().doFinally(end -> begun.complete(null))));
            ContextView inside = await(begun);
            if (inside == null) transaction.await();
            context = Objects.requireNonNull(inside);
        }

        void rollBack() {
            over.complete(null);
            transaction.await();
        }
    }
}
