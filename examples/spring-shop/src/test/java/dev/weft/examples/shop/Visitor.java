package dev.weft.examples.shop;

import static dev.weft.reactor.ReactorAsync.awaitSingle;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A client with a password, and with the token against forged requests that it was given. */
record Visitor(WebClient web) {
    static Visitor nobody(int port) {
        return of(WebClient.builder(), port);
    }

    /** A user of the example, whose password is the name. */
    static Visitor named(String name, int port) {
        return of(WebClient.builder().defaultHeaders(headers -> headers.setBasicAuth(name, name)), port);
    }

    private static Visitor of(WebClient.Builder builder, int port) {
        WebClient web = builder.baseUrl("http://127.0.0.1:" + port).build();
        String token = web.get()
                .uri("/actuator/health")
                .exchangeToMono(response -> response.releaseBody()
                        .thenReturn(response.cookies().getFirst("XSRF-TOKEN").getValue()))
                .block();
        return new Visitor(web.mutate()
                .defaultCookie("XSRF-TOKEN", token)
                .defaultHeader("X-XSRF-TOKEN", token)
                .build());
    }

    Mono<Integer> status(HttpMethod method, String path) {
        return web.method(method)
                .uri(path)
                .exchangeToMono(response ->
                        response.releaseBody().thenReturn(response.statusCode().value()));
    }

    /** Subscribed to, it posts; the body comes as text. */
    Mono<Answer> post(String path, Object body) {
        return web.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchangeToMono(response -> response.bodyToMono(String.class)
                        .defaultIfEmpty("")
                        .map(text -> new Answer(response.statusCode().value(), text)));
    }

    record Answer(int status, String body) {}

    Order order(String item, int amount) {
        return awaitSingle(web.post()
                .uri("/orders")
                .bodyValue(new Purchase(item, amount))
                .retrieve()
                .bodyToMono(Order.class));
    }

    <T> T get(String path, Class<T> type) {
        return awaitSingle(web.get().uri(path).retrieve().bodyToMono(type));
    }

    Flux<Order> lines() {
        return web.get()
                .uri("/orders")
                .accept(MediaType.APPLICATION_NDJSON)
                .retrieve()
                .bodyToFlux(Order.class);
    }

    Flux<ServerSentEvent<Order>> live() {
        return web.get()
                .uri("/orders/live")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .retrieve()
                .bodyToFlux(new ParameterizedTypeReference<>() {});
    }
}
