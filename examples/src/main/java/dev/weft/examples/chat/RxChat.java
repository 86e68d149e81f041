package dev.weft.examples.chat;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.stream;

import io.reactivex.rxjava3.functions.Predicate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.rxjava3.core.Vertx;
import io.vertx.rxjava3.core.http.HttpServer;
import io.vertx.rxjava3.core.http.ServerWebSocket;

/** A server on Vert.x, where a visitor's messages end when the connection is gone. */
public record RxChat(Vertx vertx, HttpServer server) implements ChatServer {
    private static final short INTERNAL_ERROR = 1011; // of RFC 6455

    /** Starts a server. */
    public static ChatServer start(Rooms rooms) {
        var vertx = Vertx.vertx();
        var server = vertx.createHttpServer(new HttpServerOptions().setSendBufferSize(SEND_BUFFER))
                .webSocketHandler(socket -> visit(rooms, socket));
        return new RxChat(vertx, await(server.rxListen(0, "127.0.0.1")));
    }

    private static void visit(Rooms rooms, ServerWebSocket socket) {
        socket.pause(); // until the visit has begun, which runs on its own thread
        Predicate<Throwable> gone = failure -> socket.isClosed(); // then everything is said, and nothing must be sent
        var unused = completable(() -> rooms.visit(
                        socket.path().substring(1),
                        stream(socket.toFlowable().map(Buffer::toString).onErrorComplete(gone)),
                        text -> await(socket.rxWriteTextMessage(text).onErrorComplete(gone))))
                .subscribe(() -> {}, failure -> socket.close(INTERNAL_ERROR, String.valueOf(failure.getMessage())));
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        await(vertx.rxClose());
    }
}
