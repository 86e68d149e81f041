package dev.weft.spring.boot.traced;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.AsyncStream;
import dev.weft.Completion;
import dev.weft.Coroutine;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.MDC;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** The same in each shape: here, in a member, in another service, and here again. */
@RestController
class Handlers {
    static final BlockingQueue<Completion<String>> WAITING = new LinkedBlockingQueue<>();

    private final WebClient client;

    Handlers(WebClient.Builder builder) {
        client = builder.build();
    }

    private static String here() {
        return MDC.get("traceId") + '/' + MDC.get("tenant");
    }

    private String everywhere(ServerHttpRequest request) {
        return String.join(
                " ",
                here(),
                async(() -> here()).await(),
                awaitSingle(client.get()
                        .uri(request.getURI().resolve("/upstream"))
                        .retrieve()
                        .bodyToMono(String.class)),
                here());
    }

    @GetMapping("/plain")
    String plain(ServerHttpRequest request) {
        return everywhere(request);
    }

    @GetMapping("/mono")
    Mono<String> inMono(ServerHttpRequest request) {
        return mono(() -> everywhere(request));
    }

    @GetMapping("/coroutine")
    Coroutine<String> inCoroutine(ServerHttpRequest request) {
        return coroutine(() -> everywhere(request)).named("work 7");
    }

    @GetMapping("/stream")
    AsyncStream<String> inStream(ServerHttpRequest request) {
        return stream(out -> out.emit(everywhere(request)));
    }

    @GetMapping("/upstream")
    String upstream() {
        return here();
    }

    @GetMapping("/waiting")
    String waiting() {
        return awaitCallback(WAITING::add);
    }
}
