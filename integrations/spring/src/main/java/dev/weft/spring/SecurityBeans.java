package dev.weft.spring;

import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Puts Weft's interceptors for {@code @PreAuthorize} and {@code @PostAuthorize} around those of Spring Security's reactive
 * method security, which become inner beans: as beans of their own they would still be advisors.
 */
final class SecurityBeans implements BeanDefinitionRegistryPostProcessor {
    private static final String SPRINGS = "ReactiveAuthorizationManagerMethodSecurityConfiguration";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        replace(registry, "preAuthorizeAuthorizationMethodInterceptor", AwaitingAuthorization.Before.class);
        replace(registry, "postAuthorizeAuthorizationMethodInterceptor", AwaitingAuthorization.After.class);
    }

    private static void replace(BeanDefinitionRegistry registry, String name, Class<?> type) {
        if (!registry.containsBeanDefinition(name)) return;
        BeanDefinition springs = registry.getBeanDefinition(name);
        String from = springs.getBeanClassName();
        if (from == null || !from.endsWith(SPRINGS)) return;
        // Known of beans with a name, but not of inner ones, when they are compiled ahead of time.
        if (springs instanceof RootBeanDefinition root) root.setTargetType(MethodInterceptor.class);
        var ours = new RootBeanDefinition(type);
        ours.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
        ours.getConstructorArgumentValues().addIndexedArgumentValue(0, springs);
        registry.removeBeanDefinition(name);
        registry.registerBeanDefinition(name, ours);
    }
}
