package dev.weft.spring;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * Makes the types of Weft known in the shared registry and in each that is a bean: WebFlux has one of its own. It comes
 * before what makes proxies, which would ask for each advisor to find out whether to make one of this.
 */
final class RegistryPostProcessor implements BeanPostProcessor, PriorityOrdered {
    RegistryPostProcessor() {
        ReactiveTypes.registerShared();
    }

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof ReactiveAdapterRegistry registry) ReactiveTypes.register(registry);
        return bean;
    }
}
