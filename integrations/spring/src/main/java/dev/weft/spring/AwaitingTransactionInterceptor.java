package dev.weft.spring;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Spring's interceptor, and {@code @Transactional} on plain methods whose manager is reactive, which Spring refuses: they
 * run as coroutines.
 */
final class AwaitingTransactionInterceptor extends TransactionInterceptor {
    private static final long serialVersionUID = 1;

    AwaitingTransactionInterceptor(
            TransactionAttributeSource attributes, ObjectProvider<TransactionManagementConfigurer> configurer) {
        setTransactionAttributeSource(attributes);
        configurer.ifAvailable(found -> setTransactionManager(found.annotationDrivenTransactionManager()));
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        boolean weft = ReactiveTypes.knows(
                ReactiveAdapterRegistry.getSharedInstance(), call.getMethod().getReturnType());
        return super.invoke(weft ? new Again((ProxyMethodInvocation) call) : call);
    }

    @Override
    protected @Nullable Object invokeWithinTransaction(
            Method method, @Nullable Class<?> targetClass, InvocationCallback invocation) throws Throwable {
        TransactionAttributeSource attributes = getTransactionAttributeSource();
        TransactionAttribute attribute =
                attributes == null ? null : attributes.getTransactionAttribute(method, targetClass);
        if (attribute != null
                && ReactiveTypes.isPlain(method)
                && determineTransactionManager(attribute, targetClass) instanceof ReactiveTransactionManager manager)
            return new ByAttribute(manager, attribute, invocation)
                    .call(() -> ReactiveTypes.plain(invocation.proceedWithInvocation(), method, "the transaction"));
        return super.invokeWithinTransaction(method, targetClass, invocation);
    }

    /**
     * An invocation that begins with the next interceptor each time. Spring's goes on where it was: a second await would
     * leave out the interceptors inside, the check of a user among them.
     */
    private record Again(ProxyMethodInvocation call) implements MethodInvocation {
        @Override
        public @Nullable Object proceed() throws Throwable {
            return call.invocableClone().proceed();
        }

        @Override
        public Method getMethod() {
            return call.getMethod();
        }

        @Override
        public @Nullable Object[] getArguments() {
            return call.getArguments();
        }

        @Override
        public @Nullable Object getThis() {
            return call.getThis();
        }

        @Override
        public AccessibleObject getStaticPart() {
            return call.getStaticPart();
        }
    }

    /** A transaction with the rollback rules of an annotation. */
    private static final class ByAttribute extends AwaitingTransaction {
        private final TransactionAttribute attribute;
        private final InvocationCallback invocation;

        ByAttribute(ReactiveTransactionManager manager, TransactionAttribute attribute, InvocationCallback invocation) {
            super(manager, attribute);
            this.attribute = attribute;
            this.invocation = invocation;
        }

        @Override
        boolean rollsBack(Throwable failure) {
            return attribute.rollbackOn(failure);
        }

        @Override
        void rollingBack(Throwable failure, ReactiveTransaction transaction) {
            invocation.onRollback(failure, transaction);
        }
    }
}
