package dev.weft.spring;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Puts Weft's interceptor for transactions in the place of Spring's, whose definition it replaces. An interceptor of the
 * application stays.
 */
final class TransactionBeans implements BeanDefinitionRegistryPostProcessor {
    private static final String INTERCEPTOR = "transactionInterceptor";
    private static final String SPRINGS =
            "org.springframework.transaction.annotation.ProxyTransactionManagementConfiguration";

    static void add(BeanDefinitionRegistry registry) {
        WeftRegistrar.add(registry, TransactionBeans.class);
        var transactions = new RootBeanDefinition(WeftTransactions.class);
        transactions.setLazyInit(true); // there may be no manager, or several
        transactions.setFallback(true); // for one of the application
        WeftRegistrar.add(registry, transactions);
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (!registry.containsBeanDefinition(INTERCEPTOR)) return;
        if (!SPRINGS.equals(registry.getBeanDefinition(INTERCEPTOR).getFactoryBeanName())) return;
        var ours = new RootBeanDefinition(AwaitingTransactionInterceptor.class);
        ours.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
        registry.removeBeanDefinition(INTERCEPTOR);
        registry.registerBeanDefinition(INTERCEPTOR, ours);
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {}
}
