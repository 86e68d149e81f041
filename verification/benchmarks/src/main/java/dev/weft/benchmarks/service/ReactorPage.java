package dev.weft.benchmarks.service;

import static dev.weft.Async.async;
import static dev.weft.Async.gather;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.Deferred;
import dev.weft.Dispatcher;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;
import kotlinx.coroutines.Dispatchers;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The page on Reactor. */
final class ReactorPage {
    private final Scheduler virtualThreads = Schedulers.fromExecutor(Executors.newVirtualThreadPerTaskExecutor());
    private final HttpClient http;

    ReactorPage(int upstream) {
        var connections = ConnectionProvider.builder("upstream")
                .maxConnections(Upstream.CONNECTIONS)
                .build();
        http = HttpClient.create(connections).host("127.0.0.1").port(upstream).disableRetry(true);
    }

    Function<String, Mono<String>> handler(Style style) {
        return switch (style) {
            case OPERATORS -> this::operators;
            case BLOCK -> id -> Mono.fromCallable(() -> block(id)).subscribeOn(virtualThreads);
            case KOTLIN_UNCONFINED -> id -> KotlinReactorPage.page(Dispatchers.getUnconfined(), this::call, id);
            case KOTLIN_DEFAULT -> id -> KotlinReactorPage.page(Dispatchers.getDefault(), this::call, id);
            case WEFT_VIRTUAL_CHILDREN -> id -> mono(Dispatcher.virtual(), () -> children(id));
            case WEFT_VIRTUAL_MEMBERS -> id -> mono(Dispatcher.virtual(), () -> members(id));
            case WEFT_EVENT_LOOP_CHILDREN -> id -> mono(Dispatcher.eventLoop(), () -> children(id));
            case WEFT_EVENT_LOOP_MEMBERS -> id -> mono(Dispatcher.eventLoop(), () -> members(id));
        };
    }

    private Mono<String> call(String path) {
        return http.get()
                .uri(path)
                .responseSingle((response, body) -> response.status().code() == 200
                        ? body.asString()
                        : Mono.error(new IllegalStateException(path + " was answered " + response.status())));
    }

    private Mono<String> operators(String id) {
        return call("/user/" + id)
                .flatMap(user -> Mono.zip(
                        call("/orders/" + id),
                        call("/offers/" + id),
                        (orders, offers) -> user + " " + orders + " " + offers));
    }

    private String block(String id) {
        String user = call("/user/" + id).block();
        return user + " "
                + Mono.zip(call("/orders/" + id), call("/offers/" + id), (a, b) -> a + " " + b)
                        .block();
    }

    private String children(String id) {
        String user = awaitSingle(call("/user/" + id));
        Deferred<String> orders = async(() -> awaitSingle(call("/orders/" + id)));
        Deferred<String> offers = async(() -> awaitSingle(call("/offers/" + id)));
        return user + " " + orders.await() + " " + offers.await();
    }

    private String members(String id) {
        String user = awaitSingle(call("/user/" + id));
        List<String> both = gather(awaitable(call("/orders/" + id)), awaitable(call("/offers/" + id)));
        return user + " " + both.get(0) + " " + both.get(1);
    }
}
