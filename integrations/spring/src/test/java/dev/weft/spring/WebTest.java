package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.stream;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.server.WebFilter;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Handlers of WebFlux without Boot, on a server. */
class WebTest {
    private static Running app;

    @Configuration(proxyBeanMethods = false)
    @EnableWebFlux
    @EnableWeft
    @Import(Handlers.class)
    static class App {
        @Bean
        WebFilter user() {
            return (exchange, chain) -> chain.filter(exchange).contextWrite(c -> c.put("user", "ann"));
        }
    }

    @RestController
    static class Handlers {
        static final Exchanger<CountDownLatch> BEGUN = new Exchanger<>();

        static String user() {
            return contextView().getOrDefault("user", "nobody");
        }

        @GetMapping("/mono")
        Mono<String> inMono() {
            return mono(() -> user());
        }

        @GetMapping("/coroutine")
        Coroutine<String> inCoroutine() {
            return coroutine(() -> user());
        }

        @GetMapping("/entity")
        Coroutine<ResponseEntity<String>> inEntity() {
            return coroutine(() -> ResponseEntity.status(201).body(user()));
        }

        @GetMapping("/body")
        ResponseEntity<Coroutine<String>> inBody() {
            return ResponseEntity.ok(coroutine(() -> user()));
        }

        @GetMapping("/handle")
        Deferred<String> inHandle() {
            return async(() -> "ann");
        }

        @GetMapping("/stream")
        AsyncStream<String> inStream() {
            return stream(out -> {
                out.emit("an");
                out.emit(user().substring(2));
            });
        }

        @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        AsyncStream<String> events() {
            return stream(out -> {
                out.emit(user());
                out.emit("bob");
            });
        }

        @GetMapping("/void")
        Coroutine<Void> inVoid() {
            return coroutine(() -> null);
        }

        @GetMapping("/checked")
        Coroutine<String> checked() {
            return coroutine(() -> {
                throw new IOException("disk");
            });
        }

        @ExceptionHandler
        Coroutine<ResponseEntity<String>> handle(IOException failure) {
            return coroutine(() ->
                    ResponseEntity.status(HttpStatus.INSUFFICIENT_STORAGE).body(failure.getMessage() + ' ' + user()));
        }

        @PostMapping("/echo")
        Coroutine<String> echo(@RequestBody Coroutine<String> body) {
            return coroutine(() -> body.await() + '!');
        }

        @GetMapping("/forever")
        Coroutine<String> forever() {
            return coroutine(() -> {
                CountDownLatch ended = new CountDownLatch(1);
                try {
                    BEGUN.exchange(ended);
                    delay(Duration.ofDays(1));
                    return "";
                } finally {
                    ended.countDown();
                }
            });
        }
    }

    @BeforeAll
    static void start() {
        app = Running.of(App.class);
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/mono, 200, ann",
        "/coroutine, 200, ann",
        "/entity, 201, ann",
        "/body, 200, ann",
        "/handle, 200, ann",
        "/stream, 200, ann",
        "/void, 200,",
        "/checked, 507, disk ann"
    })
    void W1_eachKindOfHandlerAnswersWithItsValueInItsContext(String path, int status, String body) {
        var response = app.get(path);
        assertThat(response.getStatusCode().value()).isEqualTo(status);
        assertThat(response.getBody()).isEqualTo(body);
    }

    @Test
    void aStreamBecomesEvents() {
        assertThat(app.get("/events").getBody()).isEqualTo("data:ann\n\ndata:bob\n\n");
    }

    @Test
    void aBodyIsAwaitedWhereItIsNeeded() {
        assertThat(app.client()
                        .post()
                        .uri("/echo")
                        .bodyValue("hello")
                        .retrieve()
                        .bodyToMono(String.class)
                        .block())
                .isEqualTo("hello!");
    }

    @Test
    void W2_aClientThatLeavesCancelsTheHandler() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            Disposable request = app.client()
                    .get()
                    .uri("/forever")
                    .retrieve()
                    .toBodilessEntity()
                    .subscribe(any -> {}, any -> {});
            CountDownLatch ended = Handlers.BEGUN.exchange(new CountDownLatch(0));
            request.dispose();
            ended.await();
        }
    }
}
