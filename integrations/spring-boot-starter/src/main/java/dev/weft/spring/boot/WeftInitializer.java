package dev.weft.spring.boot;

import dev.weft.Async;
import dev.weft.spring.EnableWeft;
import dev.weft.spring.ReactiveTypes;
import dev.weft.spring.ReturnTypeGuard;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.AnnotatedGenericBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Sets Weft up before there are beans. Not an auto-configuration: slices of tests leave those out that they do not know,
 * and Spring Data looks at the shared registry once, when its classes are loaded.
 */
final class WeftInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        boolean enabled = context.getEnvironment().getProperty("weft.spring.enabled", Boolean.class, true);
        if (enabled) {
            Settings.OF_THE_JVM.apply(context.getEnvironment());
            Async.backend(); // if it is wrong, the application does not start
            ReactiveTypes.registerShared();
        }
        if (AotDetector.useGeneratedArtifacts()) return; // they have these beans
        var beans = new AnnotatedGenericBeanDefinition(enabled ? Enabled.class : Disabled.class);
        ((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("weft", beans);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWeft
    static class Enabled {}

    @Configuration(proxyBeanMethods = false)
    @Import(ReturnTypeGuard.class)
    static class Disabled {}
}
