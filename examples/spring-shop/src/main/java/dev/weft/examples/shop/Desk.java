package dev.weft.examples.shop;

import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.stream;

import java.util.Map;
import java.util.Objects;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;

/** A WebSocket at which clerks ship orders: a number comes in, what became of the order goes out. */
@Configuration(proxyBeanMethods = false)
class Desk {
    /** No other site may connect: a browser would send the cookie of the session. */
    @Bean
    HandlerMapping deskMapping(Sales sales, Feed feed) {
        WebSocketHandler handler = session -> serve(session, sales, feed);
        var mapping = new SimpleUrlHandlerMapping(Map.of("/desk", handler), -1);
        mapping.setCorsConfigurations(Map.of("/desk", new CorsConfiguration()));
        return mapping;
    }

    private static Mono<Void> serve(WebSocketSession session, Sales sales, Feed feed) {
        // To text before anything else: a message is valid only while it is handed over.
        var numbers = stream(session.receive().map(WebSocketMessage::getPayloadAsText));
        return session.send(asFlux(numbers.takeUntil(feed.closing())
                .map(number -> ship(number, sales))
                .map(session::textMessage)));
    }

    private static String ship(String number, Sales sales) {
        try {
            return "shipped " + sales.ship(Integer.parseInt(number)).id();
        } catch (NumberFormatException noNumber) {
            return "not a number: " + number;
        } catch (Refused refused) {
            return Objects.requireNonNull(refused.getReason());
        }
    }
}
