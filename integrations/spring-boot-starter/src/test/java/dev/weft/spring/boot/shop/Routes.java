package dev.weft.spring.boot.shop;

import static dev.weft.Async.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import java.util.Locale;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Flux;

/** What takes a Mono: made with {@code mono}, and no more is needed. */
@Configuration(proxyBeanMethods = false)
class Routes {
    @Bean
    WebFilter stocked(Items items) {
        return (exchange, chain) -> mono(() -> {
            if (await(items.count()) == 0) exchange.getResponse().getHeaders().set("Stocked", "no");
            awaitDone(chain.filter(exchange));
        });
    }

    @Bean
    RouterFunction<ServerResponse> count(Items items) {
        return route().GET(
                        "/count",
                        request -> mono(() -> {
                            long count = await(items.count());
                            return awaitSingle(ServerResponse.ok().bodyValue(count));
                        }))
                .build();
    }

    @Bean
    HandlerMapping upperCase() {
        WebSocketHandler handler = session -> mono(() -> {
            // To text before the loop: a message is valid only while it is handed over.
            Flux<String> words = session.receive().map(WebSocketMessage::getPayloadAsText);
            Flux<WebSocketMessage> answers = flux(out -> {
                try (var loop = each(words)) {
                    for (String word : loop) out.emit(session.textMessage(word.toUpperCase(Locale.ROOT)));
                }
            });
            awaitDone(session.send(answers));
        });
        return new SimpleUrlHandlerMapping(Map.of("/upper-case", handler), -1);
    }
}
