package dev.weft.spring;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.ApplicationObjectSupport;
import org.springframework.core.PriorityOrdered;
import org.springframework.security.authorization.method.AuthorizationAdvisor;

/**
 * Puts Weft's interceptors for {@code @PreAuthorize} and {@code @PostAuthorize} around those of Spring Security's reactive
 * method security. It comes before what makes proxies, which asks for them.
 */
final class SecurityBeans extends ApplicationObjectSupport implements BeanPostProcessor, PriorityOrdered {
    /** There if the security is reactive: that for servlets has interceptors of the same names. */
    private static final String REACTIVE = "_reactiveMethodSecurityConfiguration";

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        ApplicationContext context = obtainApplicationContext();
        if (!(bean instanceof AuthorizationAdvisor springs) || !context.containsBeanDefinition(REACTIVE)) return bean;
        return switch (name) {
            case "preAuthorizeAuthorizationMethodInterceptor" -> new AwaitingAuthorization.Before(springs, context);
            case "postAuthorizeAuthorizationMethodInterceptor" -> new AwaitingAuthorization.After(springs, context);
            default -> bean;
        };
    }
}
