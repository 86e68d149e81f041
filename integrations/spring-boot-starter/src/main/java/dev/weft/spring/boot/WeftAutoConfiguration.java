package dev.weft.spring.boot;

import dev.weft.Supervisor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The beans of the starter, all of which step back for one of the application's own: a {@link Supervisor} for work that
 * outlives its request. {@code weft.spring.enabled=false} leaves them out.
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
}
