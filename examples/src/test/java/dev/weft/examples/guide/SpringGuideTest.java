package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.stream;
import static dev.weft.Async.withContext;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.contextView;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.util.context.Context;

/** What {@code docs/migrate/into-a-service.md} and {@code docs/guide/answers.md} say of Spring WebFlux, on a real server. */
class SpringGuideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private AnnotationConfigApplicationContext context;
    private DisposableServer server;

    @AfterEach
    void stop() {
        server.disposeNow();
        context.close();
    }

    private void serve(Class<?>... beans) {
        context = new AnnotationConfigApplicationContext(beans);
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(
                        WebHttpHandlerBuilder.applicationContext(context).build()))
                .bindNow();
    }

    private ResponseEntity<String> get(String path) {
        return request(path).block(PATIENCE);
    }

    private Mono<ResponseEntity<String>> request(String path) {
        return WebClient.create("http://127.0.0.1:" + server.port())
                .get()
                .uri(path)
                .header("user", "ann")
                .exchangeToMono(response -> response.toEntity(String.class));
    }

    @EnableWebFlux
    static final class Web {}

    static final class Stock {
        private final Queue<String> log = new ConcurrentLinkedQueue<>();
        private final CompletableFuture<String> delivery = new CompletableFuture<>();

        Mono<String> find(int id) {
            return id == 7 ? Mono.just("tea").delayElement(Duration.ofMillis(1)) : Mono.empty();
        }
    }

    @RestController
    static final class Orders {
        private final Stock stock;

        Orders(Stock stock) {
            this.stock = stock;
        }

        @GetMapping("/orders/{id}")
        Mono<String> order(@PathVariable("id") int id) {
            return mono(() -> {
                String item = await(stock.find(id));
                if (item == null) throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no item " + id);
                return item + " for " + contextView().get("user");
            });
        }

        @GetMapping("/plain")
        String plain() {
            return awaitSingle(stock.find(7)); // refused: this runs on the event loop
        }

        @ExceptionHandler
        ResponseEntity<String> refused(IllegalStateException refused) {
            return ResponseEntity.internalServerError().body(refused.getMessage());
        }

        @GetMapping("/deferred")
        Deferred<String> deferred() {
            return async(() -> "tea"); // written as JSON, before it has ended
        }

        @GetMapping("/converted")
        Mono<String> converted() {
            return asMono(coroutine(() -> "tea"));
        }

        @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        AsyncStream<String> users() {
            return userStream();
        }

        @GetMapping(path = "/flux", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> fluxOfUsers() {
            return asFlux(userStream());
        }

        private static AsyncStream<String> userStream() {
            return stream(out -> out.emit("" + context().getOrDefault("user", "nobody")));
        }

        @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<ServerSentEvent<String>> events() {
            return asFlux(withHeartbeat(stream(out -> out.emit(dev.weft.Async.await(stock.delivery)))));
        }
    }

    /** Puts what the request brings into the context. */
    static final class UserFilter implements WebFilter {
        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            String user = exchange.getRequest().getHeaders().getFirst("user");
            return chain.filter(exchange).contextWrite(Context.of("user", user == null ? "nobody" : user));
        }
    }

    /** Awaits something first. */
    static final class AuditFilter implements WebFilter {
        private final Stock stock;

        AuditFilter(Stock stock) {
            this.stock = stock;
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return mono(() -> {
                String item = awaitSingle(stock.find(7));
                try {
                    withContext("item", item, () -> awaitDone(chain.filter(exchange)));
                } finally {
                    stock.log.add("answered");
                }
            });
        }
    }

    private static AsyncStream<ServerSentEvent<String>> withHeartbeat(AsyncStream<String> events) {
        ServerSentEvent<String> alive =
                ServerSentEvent.<String>builder().comment("still here").build();
        return stream(out -> group(work -> {
            out.concurrent();
            work.async(() -> {
                while (true) {
                    out.emit(alive); // the line ":still here"
                    delay(Duration.ofSeconds(15));
                }
            });
            events.forEach(event -> out.emit(ServerSentEvent.builder(event).build()));
            work.cancel(); // the heart stops with the last event
        }));
    }

    @Test
    void aHandlerReturnsAMono() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class);
        assertThat(get("/orders/7").getBody()).isEqualTo("tea for ann");
        assertThat(get("/orders/8").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
    }

    @Test
    void aPlainHandlerIsOnTheEventLoop() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class);
        assertThat(get("/plain").getStatusCode()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
        assertThat(get("/plain").getBody()).contains(" would block ");
    }

    @Test
    void afterAFilterThatIsACoroutineItIsOnThatCoroutine() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class, AuditFilter.class);
        assertThat(get("/plain").getBody()).isEqualTo("tea");
        assertThat(get("/orders/7").getBody()).isEqualTo("tea for ann");
    }

    @Test
    void aHandleIsNoAnswer() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class);
        ResponseEntity<String> answer = get("/deferred");
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(answer.getBody()).startsWith("{").contains("\"done\":").doesNotContain("tea");
        assertThat(get("/converted").getBody()).isEqualTo("tea");
    }

    @Test
    void aStreamThatIsReturnedAsItIsSeesNoContext() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class);
        assertThat(get("/stream").getBody()).isEqualTo("data:nobody\n\n");
        assertThat(get("/flux").getBody()).isEqualTo("data:ann\n\n");
    }

    @Test
    void aHeartbeatIsAComment() {
        serve(Web.class, Stock.class, Orders.class, UserFilter.class);
        CompletableFuture<String> delivery = context.getBean(Stock.class).delivery;
        var type = new ParameterizedTypeReference<ServerSentEvent<String>>() {};
        List<String> events = WebClient.create("http://127.0.0.1:" + server.port())
                .get()
                .uri("/events")
                .retrieve()
                .bodyToFlux(type)
                .map(event -> event.comment() + " " + event.data())
                .doOnNext(event -> delivery.complete("tea")) // when the first comment has come
                .collectList()
                .block(PATIENCE);
        assertThat(events).containsExactly("still here null", "null tea");
    }

    // --- spring.threads.virtual.enabled: plain handlers run on virtual threads

    /** What Spring Boot does for that property. */
    static final class OnVirtualThreads implements WebFluxConfigurer {
        @Override
        public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
            configurer.setExecutor(new VirtualThreadTaskExecutor());
        }
    }

    @RestController
    static final class Plain {
        private static final Sinks.One<String> GATE = Sinks.one();
        private static final CountDownLatch WAITING = new CountDownLatch(1);
        private static final CountDownLatch OVER = new CountDownLatch(1);

        @GetMapping("/user")
        String user() {
            return awaitSingle(Mono.deferContextual(view -> Mono.just(view.getOrDefault("user", "nobody"))));
        }

        @GetMapping("/wait")
        String waits() {
            WAITING.countDown();
            String value = awaitSingle(GATE.asMono());
            OVER.countDown(); // nobody has cancelled it
            return value;
        }
    }

    static final class LeftFilter implements WebFilter {
        private static final CountDownLatch LEFT = new CountDownLatch(1);

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return chain.filter(exchange).doOnCancel(LEFT::countDown);
        }
    }

    @Test
    void onAVirtualThreadAnAwaitWorksWithoutContextAndCancellation() throws InterruptedException {
        serve(Web.class, OnVirtualThreads.class, Plain.class, UserFilter.class, LeftFilter.class);
        assertThat(get("/user").getBody()).isEqualTo("nobody");
        var client = request("/wait").subscribe();
        assertThat(Plain.WAITING.await(20, TimeUnit.SECONDS)).isTrue();
        client.dispose();
        assertThat(LeftFilter.LEFT.await(20, TimeUnit.SECONDS)).isTrue();
        Plain.GATE.tryEmitValue("tea");
        assertThat(Plain.OVER.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
