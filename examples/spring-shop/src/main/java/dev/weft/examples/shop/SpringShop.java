package dev.weft.examples.shop;

import dev.weft.micrometer.CoroutineMetrics;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** The application. To read it, follow an order from {@link OrderController#place} on. */
@SpringBootApplication
@EnableCaching
@EnableScheduling
public class SpringShop {
    public static void main(String[] args) {
        SpringApplication.run(SpringShop.class, args);
    }

    /** Coroutines in {@code /actuator/prometheus}. */
    @Bean
    CoroutineMetrics coroutineMetrics() {
        return new CoroutineMetrics();
    }

    @Bean
    Carrier carrier(WebClient.Builder web, CarrierServer server) {
        var adapter = WebClientAdapter.create(web.baseUrl(server.url()).build());
        return HttpServiceProxyFactory.builderFor(adapter).build().createClient(Carrier.class);
    }
}
