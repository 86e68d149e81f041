package dev.weft.spring;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.ReactiveAdapterRegistry;

/** Makes the types of Weft known in the shared registry and in each that is a bean: WebFlux has one of its own. */
final class RegistryPostProcessor implements BeanPostProcessor {
    RegistryPostProcessor() {
        ReactiveTypes.registerShared();
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof ReactiveAdapterRegistry registry) ReactiveTypes.register(registry);
        return bean;
    }
}
