package dev.weft.spring.boot.ahead;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import dev.weft.spring.boot.shop.Item;
import dev.weft.spring.boot.shop.Items;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.r2dbc.repository.config.EnableR2dbcRepositories;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** A service that is compiled ahead of time; run as a program, it calls itself and prints the answers. */
@SpringBootApplication
@EnableR2dbcRepositories(basePackageClasses = Items.class)
public class Ahead {
    @Service
    public static class Stock {
        private final Items items;

        public Stock(Items items) {
            this.items = items;
        }

        @Transactional
        public void refuse() {
            await(items.save(new Item(null, "cup", 1)));
            throw new IllegalStateException("no");
        }
    }

    @RestController
    public static class Handlers {
        private final Items items;
        private final Stock stock;

        public Handlers(Items items, Stock stock) {
            this.items = items;
            this.stock = stock;
        }

        private static String user() {
            return contextView().get("user");
        }

        @GetMapping("/plain")
        public String plain() {
            try {
                stock.refuse();
            } catch (IllegalStateException refused) {
                return user() + ' ' + refused.getMessage() + ' ' + await(items.count());
            }
            return "not refused";
        }

        @GetMapping("/mono")
        public Mono<String> inMono() {
            return mono(() -> user());
        }

        @GetMapping("/coroutine")
        public Coroutine<String> inCoroutine() {
            return coroutine(() -> user());
        }

        @GetMapping("/stream")
        public AsyncStream<String> inStream() {
            return stream(out -> out.emit(user()));
        }
    }

    @Bean
    public WebFilter user() {
        return (exchange, chain) -> chain.filter(exchange).contextWrite(c -> c.put("user", "ann"));
    }

    public static void main(String[] arguments) {
        try (var context = SpringApplication.run(Ahead.class, arguments)) {
            System.out.println("ahead of time: " + AotDetector.useGeneratedArtifacts());
            for (String path : new String[] {"/plain", "/mono", "/coroutine", "/stream", "/actuator/coroutines"})
                System.out.println(path + ' ' + get(context, path));
        }
    }

    private static String get(ApplicationContext context, String path) {
        return WebClient.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"))
                .get()
                .uri(path)
                .retrieve()
                .bodyToMono(String.class)
                .block();
    }
}
