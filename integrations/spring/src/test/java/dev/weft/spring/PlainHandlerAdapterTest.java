package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.DelegatingWebFluxConfiguration;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Plain handler methods of WebFlux that await, on a server. */
class PlainHandlerAdapterTest {
    private static Running app;

    @Configuration(proxyBeanMethods = false)
    @EnableWeft
    @Import(Handlers.class)
    static class App extends DelegatingWebFluxConfiguration {
        @Override
        protected RequestMappingHandlerAdapter createRequestMappingHandlerAdapter() {
            return new PlainHandlerAdapter(1000);
        }

        @Bean
        WebFilter user() {
            return (exchange, chain) -> chain.filter(exchange).contextWrite(c -> c.put("user", "ann"));
        }

        @Bean
        Leaving leaving() {
            return new Leaving();
        }
    }

    /** A client that leaves when its body is there, before the method has it. */
    static class Leaving implements WebFilter {
        final CompletableFuture<ByteBuf> body = new CompletableFuture<>();

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            if (!exchange.getRequest().getHeaders().containsHeader("leaving")) return chain.filter(exchange);
            Sinks.Empty<Void> left = Sinks.empty();
            var pool = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT) {
                @Override
                public DataBuffer join(List<? extends DataBuffer> buffers) {
                    left.tryEmitEmpty();
                    return super.join(buffers);
                }
            };
            NettyDataBuffer buffer = pool.allocateBuffer(1);
            buffer.write((byte) 'x');
            var request = new ServerHttpRequestDecorator(exchange.getRequest()) {
                @Override
                public Flux<DataBuffer> getBody() {
                    return Flux.create(sink -> {
                        sink.next(buffer);
                        sink.complete();
                        body.complete(buffer.getNativeBuffer());
                    });
                }
            };
            return chain.filter(exchange.mutate().request(request).build()).takeUntilOther(left.asMono());
        }
    }

    @RestController
    static class Handlers {
        static final Exchanger<CountDownLatch> BEGUN = new Exchanger<>();

        /** Waits for another thread, so that it fails where a thread must not wait. */
        private static String user() {
            return awaitSingle(Mono.deferContextual(
                    c -> Mono.just(c.getOrDefault("user", "nobody")).delayElement(Duration.ofMillis(1))));
        }

        @ModelAttribute("greeting")
        String greeting() {
            return "hello " + user();
        }

        @GetMapping("/plain")
        String plain() {
            return user() + ' ' + async(() -> user()).await();
        }

        @GetMapping("/model")
        String model(@ModelAttribute("greeting") String greeting) {
            return greeting;
        }

        @GetMapping("/items/{id}")
        String named(@PathVariable int id) {
            user();
            return Thread.currentThread().getName();
        }

        @GetMapping("/void")
        void nothing(ServerHttpResponse response) {
            response.getHeaders().set("user", user());
        }

        @GetMapping("/status")
        @ResponseStatus(HttpStatus.ACCEPTED)
        void status() {
            user();
        }

        @GetMapping("/entity")
        ResponseEntity<String> entity() {
            return ResponseEntity.status(201).body(user());
        }

        @GetMapping("/checked")
        String checked() throws IOException {
            throw new IOException("disk of " + user());
        }

        @GetMapping("/later")
        Mono<String> later() {
            return Mono.<String>error(new IOException("disk")).delaySubscription(Duration.ofMillis(1));
        }

        @ExceptionHandler
        ResponseEntity<String> handle(IOException failure) {
            return ResponseEntity.status(HttpStatus.INSUFFICIENT_STORAGE).body(failure.getMessage() + " for " + user());
        }

        @PostMapping("/echo")
        String echo(@RequestBody String body) {
            return body + ' ' + user();
        }

        @PostMapping("/echo/entity")
        String echo(HttpEntity<String> entity) {
            return entity.getBody() + ' ' + user();
        }

        @PostMapping("/echo/flux")
        String echo(@RequestBody Flux<String> body) {
            return awaitSingle(body.reduce(String::concat)) + ' ' + user();
        }

        record Form(String name) {}

        @PostMapping("/form")
        String form(Form form) {
            return form.name() + ' ' + user();
        }

        @PostMapping("/form/later")
        String later(@ModelAttribute Mono<Form> form) {
            return awaitSingle(form).name() + ' ' + user();
        }

        @PostMapping("/form/body")
        String form(ServerHttpRequest request) {
            DataBuffer body = awaitSingle(DataBufferUtils.join(request.getBody()));
            try {
                return body.toString(StandardCharsets.UTF_8) + ' ' + user();
            } finally {
                DataBufferUtils.release(body);
            }
        }

        @PostMapping("/form/elsewhere")
        Mono<String> elsewhere(ServerWebExchange exchange) {
            return exchange.getFormData()
                    .subscribeOn(Schedulers.parallel())
                    .map(map -> map.getFirst("name") + " elsewhere");
        }

        @PostMapping("/parts/body")
        String parts(@RequestBody Flux<PartEvent> parts) {
            return awaitSingle(parts.ofType(FormPartEvent.class).next()).value() + ' ' + user();
        }

        /** Not plain, but the model attribute above is. */
        @PostMapping("/parts/reactive")
        Mono<String> reactive(@RequestBody Flux<PartEvent> parts) {
            return parts.ofType(FormPartEvent.class).next().map(part -> part.value() + " reactive");
        }

        @PostMapping("/parts")
        String part(@RequestPart("name") String name) {
            return name + ' ' + user();
        }

        @GetMapping("/forever")
        String forever() throws InterruptedException {
            CountDownLatch ended = new CountDownLatch(1);
            try {
                BEGUN.exchange(ended);
                delay(Duration.ofDays(1));
                return "";
            } finally {
                ended.countDown();
            }
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

    private static ResponseEntity<String> post(String path, BodyInserters.FormInserter<String> form) {
        return app.client()
                .post()
                .uri(path)
                .body(form)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block();
    }

    private static ResponseEntity<String> post(String path, String body) {
        return app.client()
                .post()
                .uri(path)
                .bodyValue(body)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block();
    }

    @ParameterizedTest
    @CsvSource({
        "/plain, 200, ann ann",
        "/model, 200, hello ann",
        "/items/7, 200, GET /items/{id}",
        "/void, 200,",
        "/status, 202,",
        "/entity, 201, ann",
        "/checked, 507, disk of ann for ann",
        "/later, 507, disk for ann"
    })
    void W1_aPlainMethodAwaitsInTheContextOfTheRequest(String path, int status, String body) {
        var response = app.get(path);
        assertThat(response.getStatusCode().value()).isEqualTo(status);
        assertThat(response.getBody()).isEqualTo(body);
    }

    @Test
    void aMethodThatReturnsNothingMayChangeTheResponse() {
        assertThat(app.get("/void").getHeaders().getFirst("user")).isEqualTo("ann");
    }

    @ParameterizedTest
    @CsvSource({"/echo", "/echo/entity", "/echo/flux"})
    void theBodyIsReadBefore(String path) {
        assertThat(post(path, "hello").getBody()).isEqualTo("hello ann");
        assertThat(post(path, "x".repeat(1000)).getBody()).isEqualTo("x".repeat(1000) + " ann");
    }

    @Test
    void theBodyOfAClientThatLeavesIsReleased() {
        app.client()
                .post()
                .uri("/echo")
                .header("leaving", "")
                .bodyValue("")
                .retrieve()
                .toBodilessEntity()
                .block();
        assertThat(app.context().getBean(Leaving.class).body.join().refCnt()).isZero();
    }

    /** A reactive parameter is not read ahead, and has the limit of its codec. */
    @ParameterizedTest
    @CsvSource({"/echo, 413", "/echo/entity, 413", "/echo/flux, 200"})
    void aBodyThatIsTooLongIsRefused(String path, int status) {
        assertThat(post(path, "x".repeat(1001)).getStatusCode().value()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"/form, cup ann", "/form/later, cup ann", "/form/body, name=cup ann", "/form/elsewhere, cup elsewhere"})
    void aFormIsReadForTheParameterThatNeedsIt(String path, String answer) {
        MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
        form.add("name", "cup");
        assertThat(post(path, BodyInserters.fromFormData(form)).getBody()).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({"/parts, cup ann", "/parts/body, cup ann", "/parts/reactive, cup reactive"})
    void partsAreReadForTheParameterThatNeedsThem(String path, String answer) {
        var response = app.client()
                .post()
                .uri(path)
                .body(BodyInserters.fromMultipartData("name", "cup"))
                .retrieve()
                .bodyToMono(String.class)
                .block();
        assertThat(response).isEqualTo(answer);
    }

    @Test
    void W2_aClientThatLeavesCancelsTheMethod() throws InterruptedException {
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

    @Test
    void aNegativeLimitIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlainHandlerAdapter(-1))
                .withMessage("maxBody must not be negative: -1");
    }
}
