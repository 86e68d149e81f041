package dev.weft.examples.frameworks;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeoutOrNull;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CancelledException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.context.ServerRequestContext;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Micronaut's server on Netty: controllers return a {@code Mono}, a stage, or block on a virtual thread. */
class MicronautTest extends ServerTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final ApplicationContext application = ApplicationContext.builder()
            .properties(Map.of("micronaut.server.port", -1, "micronaut.server.host", "127.0.0.1"))
            .singletons(shop)
            .start();
    private final EmbeddedServer server =
            application.getBean(EmbeddedServer.class).start();

    @AfterEach
    void close() {
        application.close();
    }

    @Override
    int port() {
        return server.getPort();
    }

    /** {@return what completes when the connection of a request is gone} */
    private static Mono<Void> gone(HttpRequest<?> request) {
        ChannelFuture closed = ((NettyHttpRequest<?>) request)
                .getChannelHandlerContext()
                .channel()
                .closeFuture();
        return Mono.create(gone -> {
            ChannelFutureListener listener = done -> gone.success();
            closed.addListener(listener);
            gone.onDispose(() -> closed.removeListener(listener));
        });
    }

    @Controller
    @Produces(MediaType.TEXT_PLAIN)
    static class Pages {
        final CompletableFuture<Void> noticed = new CompletableFuture<>();

        private final Shop shop;

        Pages(Shop shop) {
            this.shop = shop;
        }

        @Get("/hello/{name}")
        Mono<String> hello(String name) {
            return mono(() -> shop.hello(name));
        }

        @Get("/stage/{name}")
        @SuppressWarnings("unchecked")
        CompletionStage<String> stage(String name) {
            return coroutine(() -> shop.hello(name)).as(CompletableFuture.class);
        }

        @Get("/plain/{name}")
        @ExecuteOn(TaskExecutors.BLOCKING) // a virtual thread
        String plain(String name) {
            return run(() -> shop.hello(name));
        }

        @Get("/late")
        Mono<HttpResponse<String>> late() {
            return mono(() -> {
                String page = withTimeoutOrNull(SOON, () -> shop.never());
                return page == null ? HttpResponse.status(HttpStatus.GATEWAY_TIMEOUT) : HttpResponse.ok(page);
            });
        }

        @Get("/never")
        Mono<String> never(HttpRequest<?> request) {
            return mono(() -> shop.never()).takeUntilOther(gone(request)); // cancels the body
        }

        @Get("/untold")
        Mono<String> untold(HttpRequest<?> request) {
            var unused = gone(request)
                    .subscribe(nothing -> {}, noticed::completeExceptionally, () -> noticed.complete(null));
            return mono(() -> shop.never());
        }

        @Get("/ticks")
        Publisher<String> ticks() {
            return asFlux(shop.ticks());
        }

        @Get("/await")
        String await() {
            return run(() -> shop.hello("loop"));
        }

        @Get("/request")
        Mono<String> request(HttpRequest<?> request) {
            boolean before = ServerRequestContext.currentRequest().isPresent();
            return mono(
                    () -> before + " " + ServerRequestContext.currentRequest().isPresent() + " " + request.getPath());
        }
    }

    @Test
    void aControllerReturnsAMono() throws Exception {
        assertThat(get("/hello/ann")).isEqualTo("hello ann");
    }

    @Test
    void aControllerReturnsAStage() throws Exception {
        assertThat(get("/stage/ann")).isEqualTo("hello ann");
    }

    @Test
    void aControllerMayBlockOnAVirtualThread() throws Exception {
        assertThat(get("/plain/ann")).isEqualTo("hello ann");
    }

    @Test
    void aTimeLimitIsAnAnswer() throws Exception {
        assertThat(status("/late")).isEqualTo(504);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aBodyHasTheRequestThatIsPassedOn() throws Exception {
        assertThat(get("/request")).isEqualTo("true false /request");
    }

    @Test
    void aControllerOnTheEventLoopMayNotAwait() throws Exception {
        assertThat(status("/await")).isEqualTo(500);
    }

    @Test
    void aClientThatLeavesCancelsTheBody() throws Exception {
        Socket leaving = client("/never");
        soon(shop.asked);
        leaving.close();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    /** Netty knows that the client has left; Micronaut lets the work go on. */
    @Test
    void aMonoIsNotCancelledByItself() throws Exception {
        Socket leaving = client("/untold");
        soon(shop.asked);
        leaving.close();
        soon(application.getBean(Pages.class).noticed);
        shop.answer.complete("too late");
        assertThat(soon(shop.ended)).isEqualTo("too late");
    }

    @Test
    void aClientThatLeavesEndsAStream() throws Exception {
        Socket leaving = client("/ticks");
        assertThat(leaving.getInputStream().read()).isPositive();
        leaving.close();
        soon(shop.still);
    }

    @Test
    void stoppingTheServerCancelsTheBody() throws Exception {
        client("/never");
        soon(shop.asked);
        server.stop();
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }
}
