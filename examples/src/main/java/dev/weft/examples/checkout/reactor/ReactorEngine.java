package dev.weft.examples.checkout.reactor;

import static dev.weft.reactor.ReactorAsync.mono;

import dev.weft.examples.checkout.Bank;
import dev.weft.examples.checkout.Engine;
import dev.weft.examples.checkout.Page;
import dev.weft.examples.checkout.Pool;
import dev.weft.examples.checkout.Trace;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpResources;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.util.context.Context;

/** Reactor Netty and R2DBC. */
public final class ReactorEngine implements Engine {
    private final List<Throwable> unhandled = new CopyOnWriteArrayList<>();

    /** Sets the hook for errors that nobody handles. */
    public ReactorEngine() {
        Hooks.onErrorDropped(unhandled::add);
    }

    @Override
    public Pool pool(String url, int connections) {
        return ReactorPool.open(url, connections);
    }

    @Override
    public Bank bank(int port) {
        return new ReactorBank(port);
    }

    @Override
    public Server serve(Page page) {
        return new NettyServer(HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> answer(page, request, response))
                .bindNow());
    }

    private static Publisher<Void> answer(Page page, HttpServerRequest request, HttpServerResponse response) {
        String trace = Trace.of(request.requestHeaders().get(Trace.HEADER));
        return mono(() -> page.answer(request.method().name(), request.uri()))
                .flatMap(answer -> response.status(answer.status())
                        .header(Trace.HEADER, trace)
                        .sendString(Mono.just(answer.body()))
                        .then())
                .contextWrite(Context.of(Trace.KEY, trace));
    }

    @Override
    public void onEventLoop(Runnable task) {
        HttpResources.get().onServer(true).next().execute(task);
    }

    @Override
    public List<Throwable> unhandled() {
        return unhandled;
    }

    @Override
    public void close() {
        Hooks.resetOnErrorDropped();
    }

    private record NettyServer(DisposableServer server) implements Server {
        @Override
        public int port() {
            return server.port();
        }

        @Override
        public void close() {
            server.disposeNow();
        }
    }
}
