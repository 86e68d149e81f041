package dev.weft.spring;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/** The beans of {@link EnableWeft}. Only definitions by class: what is compiled ahead of time cannot have suppliers. */
final class WeftRegistrar implements ImportBeanDefinitionRegistrar {
    private static final ClassLoader LOADER = WeftRegistrar.class.getClassLoader();

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        add(registry, RegistryPostProcessor.class);
        add(registry, ReturnTypeGuard.class);
        if (ClassUtils.isPresent("org.springframework.transaction.reactive.TransactionalOperator", LOADER))
            TransactionBeans.add(registry);
        if (ClassUtils.isPresent("org.springframework.security.authorization.method.AuthorizationAdvisor", LOADER))
            add(registry, SecurityBeans.class);
    }

    static void add(BeanDefinitionRegistry registry, Class<?> type) {
        var definition = new RootBeanDefinition(type);
        definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
        add(registry, definition);
    }

    /** Several configurations may enable Weft, the starter's among them. */
    static void add(BeanDefinitionRegistry registry, RootBeanDefinition definition) {
        String name = definition.getBeanClass().getName();
        if (!registry.containsBeanDefinition(name)) registry.registerBeanDefinition(name, definition);
    }
}
