package dev.weft.spring.boot;

import dev.weft.Supervisor;
import dev.weft.spring.PlainHandlerAdapter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.webflux.autoconfigure.WebFluxRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;

/**
 * The beans of the starter, all of which step back for one of the application's own: a {@link Supervisor} for work that
 * outlives its request and, with {@code weft.spring.plain-controllers=true}, a {@link PlainHandlerAdapter}.
 * {@code weft.spring.enabled=false} leaves them out.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "weft.spring.enabled", matchIfMissing = true)
public final class WeftAutoConfiguration {
    /** Called by Spring. */
    public WeftAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(Supervisor.class)
    static class ApplicationScope {
        private static final Logger LOG = System.getLogger("dev.weft.spring");

        /** Closed by the bean below, while other beans are still there. */
        @Bean(destroyMethod = "")
        Supervisor weftSupervisor() {
            return Supervisor.open(
                    "application", (name, failure) -> LOG.log(Level.ERROR, () -> name + " has failed", failure));
        }

        @Bean
        SupervisorLifecycle weftSupervisorLifecycle(
                Supervisor weftSupervisor,
                @Value("${spring.lifecycle.timeout-per-shutdown-phase:30s}") Duration limit) {
            return new SupervisorLifecycle(weftSupervisor, limit);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebFluxRegistrations.class)
    @ConditionalOnMissingBean(WebFluxRegistrations.class)
    @ConditionalOnBooleanProperty("weft.spring.plain-controllers")
    static class PlainControllers {
        @Bean
        WebFluxRegistrations weftRegistrations(@Value("${weft.spring.max-body:256KB}") DataSize maxBody) {
            int bytes = (int) maxBody.toBytes();
            if (bytes != maxBody.toBytes() || bytes < 0)
                throw new IllegalArgumentException(
                        "weft.spring.max-body must be from 0B to " + Integer.MAX_VALUE + "B, but is " + maxBody);
            return new WebFluxRegistrations() {
                @Override
                public RequestMappingHandlerAdapter getRequestMappingHandlerAdapter() {
                    return new PlainHandlerAdapter(bytes);
                }
            };
        }
    }
}
