package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import io.rsocket.ConnectionSetupPayload;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.exceptions.ApplicationErrorException;
import io.rsocket.exceptions.ConnectionErrorException;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** RSocket over TCP, in await style at both ends. */
class RSocketTest extends ClientTest {
    private final Shop shop = new Shop();
    private final CompletableFuture<RSocket> connected = new CompletableFuture<>();
    private final CloseableChannel server =
            RSocketServer.create(this::accept).bindNow(TcpServerTransport.create("127.0.0.1", 0));
    private final RSocket client = RSocketConnector.connectWith(TcpClientTransport.create(server.address()))
            .block();

    private Mono<RSocket> accept(ConnectionSetupPayload setup, RSocket sending) {
        connected.complete(sending);
        return Mono.just(new Greeter());
    }

    @AfterEach
    void close() {
        client.dispose();
        server.dispose();
        server.onClose().block();
    }

    private final class Greeter implements RSocket {
        @Override
        public Mono<Payload> requestResponse(Payload request) {
            String name = request.getDataUtf8(); // here: a payload is valid only while it is handed over
            return mono(() -> {
                if (name.isEmpty()) throw new IllegalArgumentException("no name");
                return DefaultPayload.create(name.equals("never") ? shop.never() : shop.hello(name));
            });
        }

        @Override
        public Flux<Payload> requestStream(Payload request) {
            return asFlux(shop.ticks().map(DefaultPayload::create));
        }
    }

    private String ask(String name) {
        return awaitSingle(client.requestResponse(DefaultPayload.create(name)).map(Payload::getDataUtf8));
    }

    @Test
    void aRequestIsAwaited() {
        assertThat(run(() -> ask("ann"))).isEqualTo("hello ann");
    }

    @Test
    void aFailureComesAsRSocketsOwn() {
        assertThatThrownBy(() -> run(() -> ask("")))
                .isInstanceOf(ApplicationErrorException.class)
                .hasMessage("no name");
    }

    @Test
    void aRequestThatIsCancelledIsCancelledAtTheOtherEnd() throws Exception {
        cancelled(shop.asked, () -> ask("never"));
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }

    @Test
    void aLoopThatIsLeftEndsTheStreamAtTheOtherEnd() throws Exception {
        List<String> seen = new ArrayList<>();
        run(() -> {
            Flux<String> ticks = client.requestStream(DefaultPayload.create("")).map(Payload::getDataUtf8);
            try (var loop = each(ticks, 0)) { // each value is requested when the loop waits for it
                for (String tick : loop) {
                    seen.add(tick);
                    if (seen.size() == 3) break;
                }
            }
        });
        soon(shop.still);
        assertThat(seen).containsExactly("tick 0\n", "tick 1\n", "tick 2\n");
    }

    @Test
    void aConnectionThatIsLostFailsTheRequestAndCancelsItsBody() throws Exception {
        var answer = async(() -> ask("never"));
        soon(shop.asked);
        soon(connected).dispose(); // the server closes the connection
        assertThatThrownBy(answer::await).isInstanceOf(ConnectionErrorException.class);
        assertThat(soon(shop.ended)).isInstanceOf(CancelledException.class);
    }
}
