package dev.weft.spring.boot;

import dev.weft.CoroutineListener;
import dev.weft.micrometer.CoroutineMeterConvention;
import dev.weft.micrometer.CoroutineMetrics;
import dev.weft.micrometer.CoroutineObservationConvention;
import dev.weft.micrometer.CoroutineObservations;
import dev.weft.micrometer.PinnedCarrierMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What operators see of coroutines, from when all beans are there until they are destroyed. Beans that are
 * {@link CoroutineListener}s are registered. With {@code weft-micrometer}, there are {@link CoroutineMetrics} if there is
 * a {@link MeterRegistry}, and {@link CoroutineObservations} if there is an {@link ObservationRegistry}; with Boot's
 * actuator, an endpoint {@code coroutines}. Each steps back for a bean of the application's own.
 *
 * @since 0.1
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "weft.spring.enabled", matchIfMissing = true)
public final class WeftObservabilityAutoConfiguration {
    /** Called by Spring. */
    public WeftObservabilityAutoConfiguration() {}

    @Bean
    static ListenerBeans weftListenerBeans(ListableBeanFactory beans) {
        return new ListenerBeans(beans);
    }

    /** Off where Boot would leave the meters out, since it costs something to count for them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({CoroutineMetrics.class, MeterRegistry.class})
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnBooleanProperty(name = "management.metrics.enable.weft", matchIfMissing = true)
    static class Meters {
        @Bean
        @ConditionalOnMissingBean
        CoroutineMetrics weftCoroutineMetrics(ObjectProvider<CoroutineMeterConvention> convention) {
            return new CoroutineMetrics(convention.getIfAvailable(() -> CoroutineMeterConvention.DEFAULT));
        }

        /** Only if wanted: each has a recording of the flight recorder. */
        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBooleanProperty("weft.spring.pinned-carriers")
        PinnedCarrierMetrics weftPinnedCarrierMetrics() {
            return new PinnedCarrierMetrics();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({CoroutineObservations.class, ObservationRegistry.class})
    @ConditionalOnBean(ObservationRegistry.class)
    @ConditionalOnBooleanProperty(name = "management.observations.enable.weft", matchIfMissing = true)
    static class Observations {
        @Bean
        @ConditionalOnMissingBean
        CoroutineObservations weftCoroutineObservations(
                ObservationRegistry registry, ObjectProvider<CoroutineObservationConvention> convention) {
            return new CoroutineObservations(registry, convention.getIfAvailable());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class Actuator {
        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean(name = "coroutinesEndpoint")
        CoroutinesEndpoint coroutinesEndpoint() {
            return new CoroutinesEndpoint();
        }
    }
}
