package dev.weft.examples.chat;

import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.stream;

import io.netty.channel.ChannelOption;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/** A server on Reactor Netty, which cancels a {@code Mono} when the connection is gone. */
public record ReactorChat(DisposableServer server) implements ChatServer {
    /** Starts a server. */
    public static ChatServer start(Rooms rooms) {
        return new ReactorChat(HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                .route(routes -> routes.get(
                        "/{room}",
                        (request, response) -> response.sendWebsocket(
                                (in, out) -> visit(rooms, Objects.requireNonNull(request.param("room")), in, out))))
                .bindNow());
    }

    private static Mono<Void> visit(Rooms rooms, String room, WebsocketInbound in, WebsocketOutbound out) {
        return mono(() -> rooms.visit(
                room,
                stream(in.receive().asString()),
                text -> awaitDone(out.sendString(Mono.just(text)).then())));
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
