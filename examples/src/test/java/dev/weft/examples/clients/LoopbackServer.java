package dev.weft.examples.clients;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/** An HTTP server that answers, or fails to, and notices when it is left. */
final class LoopbackServer {
    /** Completed when something is asked that it answers late or never. */
    final CompletableFuture<Void> asked = new CompletableFuture<>();

    /** Completed when the connection of such a question is gone. */
    final CompletableFuture<Void> aborted = new CompletableFuture<>();

    /** The connection of the web socket that is quiet. */
    private final CompletableFuture<Connection> quiet = new CompletableFuture<>();

    private final DisposableServer server;

    LoopbackServer() {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> {
                    for (String folder : List.of("", "/bucket")) {
                        routes.get(folder + "/hello", (request, response) -> response.sendString(Mono.just("hello")))
                                .get(folder + "/never", this::never)
                                .get(folder + "/gone", LoopbackServer::gone)
                                .get(folder + "/half", LoopbackServer::half)
                                .get(folder + "/endless", this::endless);
                    }
                    routes.get("/bucket/missing", LoopbackServer::missing)
                            .ws("/counting", this::counting)
                            .ws("/quiet", this::quiet);
                })
                .bindNow();
    }

    String http(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    URI uri(String path) {
        return URI.create(http(path));
    }

    URI webSocket(String path) {
        return URI.create("ws://127.0.0.1:" + server.port() + path);
    }

    /** Ends the web socket that is quiet, as a server does that has failed. */
    void breakOff() {
        quiet.join().channel().writeAndFlush(new CloseWebSocketFrame(1011, "failed"));
    }

    void close() {
        server.disposeNow();
    }

    private Publisher<Void> never(HttpServerRequest request, HttpServerResponse response) {
        request.withConnection(connection -> connection.onDispose(() -> aborted.complete(null)));
        asked.complete(null);
        return Mono.never();
    }

    private static Publisher<Void> gone(HttpServerRequest request, HttpServerResponse response) {
        request.withConnection(connection -> connection.channel().close());
        return Mono.never();
    }

    /** Says in the words of S3 that there is no such object. */
    private static Publisher<Void> missing(HttpServerRequest request, HttpServerResponse response) {
        return response.status(404).sendString(Mono.just("<Error><Code>NoSuchKey</Code></Error>"));
    }

    /** Promises ten bytes, sends five, and breaks the connection. */
    private static Publisher<Void> half(HttpServerRequest request, HttpServerResponse response) {
        var bytes = Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", US_ASCII);
        request.withConnection(connection -> connection
                .channel()
                .pipeline()
                .firstContext() // behind the codec
                .writeAndFlush(bytes)
                .addListener(ChannelFutureListener.CLOSE));
        return Mono.never();
    }

    private Publisher<Void> endless(HttpServerRequest request, HttpServerResponse response) {
        request.withConnection(connection -> connection.onDispose(() -> aborted.complete(null)));
        asked.complete(null);
        return response.sendString(Flux.range(0, Integer.MAX_VALUE).map(i -> "line " + i + "\n"));
    }

    /** Sends a thousand numbers. */
    private Publisher<Void> counting(WebsocketInbound in, WebsocketOutbound out) {
        in.withConnection(connection -> connection.onDispose(() -> aborted.complete(null)));
        return out.sendString(Flux.range(1, 1000).map(String::valueOf));
    }

    /** Sends one message, and then nothing. */
    private Publisher<Void> quiet(WebsocketInbound in, WebsocketOutbound out) {
        in.withConnection(connection -> {
            connection.onDispose(() -> aborted.complete(null));
            quiet.complete(connection);
        });
        return out.sendString(Flux.concat(Mono.just("hello"), Mono.never()));
    }
}
