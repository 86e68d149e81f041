package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;

import dev.weft.Async;
import dev.weft.examples.chat.ChatServer;
import dev.weft.examples.chat.ReactorChat;
import dev.weft.examples.chat.Rooms;
import dev.weft.examples.chat.RxChat;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Chat rooms over WebSocket, on Reactor Netty or Vert.x, with many visitors: one does not listen, and some just vanish. */
public final class ChatRooms {
    private static final int VISITORS = 20;
    private static final int LINES = 800;
    private static final String LONG = "x".repeat(15_000); // so that messages fill the network's buffers

    private final PrintStream out;
    private final HttpClient http;
    private final Rooms rooms;
    private final ChatServer server;

    private ChatRooms(PrintStream out, HttpClient http, Rooms rooms, ChatServer server) {
        this.out = out;
        this.http = http;
        this.rooms = rooms;
        this.server = server;
    }

    public static void main(String[] args) {
        Example.main(ChatRooms.class, ChatRooms::open);
    }

    /** Opens the rooms to some visitors. */
    static void open(PrintStream out) throws InterruptedException {
        var rooms = new Rooms();
        var http = HttpClient.newHttpClient();
        try (var server = server(rooms)) {
            var chat = new ChatRooms(out, http, rooms, server);
            chat.manyVisitors();
            chat.oneDoesNotListen();
        } finally {
            http.shutdownNow(); // close() would wait for visitors that remain after a failure
        }
    }

    private static ChatServer server(Rooms rooms) {
        String backend = Async.backend().id();
        return switch (backend) {
            case "reactor" -> ReactorChat.start(rooms);
            case "rxjava" -> RxChat.start(rooms);
            default -> throw new Check.Failed("there is no WebSocket server here for " + backend);
        };
    }

    private void manyVisitors() throws InterruptedException {
        List<Visitor> all = gather(Collections.nCopies(VISITORS, coroutine(() -> visitor("lobby"))));
        all.get(0).say("welcome");
        for (Visitor visitor : all) visitor.hearUntil("welcome");
        int visitors = rooms.visitors("lobby");
        out.println(visitors + " visitors heard the welcome");
        Check.same(VISITORS, visitors, "the number of visitors");
        for (int i = 0; i < VISITORS; i += 2) {
            all.get(i).leave();
            all.get(i + 1).vanish();
        }
        untilEmpty("lobby");
        out.println("half of them left, half just vanished: every visit has ended");
    }

    private void oneDoesNotListen() throws InterruptedException {
        Visitor talker = visitor("library");
        Visitor sleeper = visitor("library");
        for (int line = 0; line < LINES; line++) {
            talker.say(line + LONG);
            if (line % (Rooms.WAITING / 2) == 0) talker.hearUntil(line + LONG);
        }
        talker.say("good night");
        int heard = talker.hearUntil("good night");
        int heardLate = sleeper.hearUntil("good night");
        out.printf("the listener heard %d of %d lines, the sleeper some of them and the last word%n", heard, LINES);
        Check.same(LINES, heard, "the number of lines that were heard");
        Check.that(heardLate < LINES, "the sleeper missed nothing: all lines were kept");
        sleeper.vanish();
        talker.leave();
        untilEmpty("library");
    }

    /** {@return a visitor who is in a room} */
    private Visitor visitor(String room) throws InterruptedException {
        var visitor = new Visitor();
        var address = URI.create("ws://127.0.0.1:" + server.port() + "/" + room);
        await(http.newWebSocketBuilder().buildAsync(address, visitor));
        visitor.say("hello");
        visitor.hearUntil("hello");
        return visitor;
    }

    private void untilEmpty(String room) {
        while (rooms.visitors(room) > 0) delay(Duration.ofMillis(5));
    }

    /** Requests a message from the network only when it listens. */
    private static final class Visitor implements WebSocket.Listener {
        private final BlockingQueue<Optional<String>> arrived = new LinkedBlockingQueue<>();
        private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
        private final StringBuilder message = new StringBuilder();
        private int lines;

        void say(String text) {
            await(await(socket).sendText(text, true));
        }

        /** {@return how many long lines this visitor has received so far} */
        int hearUntil(String last) throws InterruptedException {
            for (; ; ) {
                await(socket).request(1);
                String text = arrived.take().orElseThrow(() -> new Check.Failed("the connection is gone"));
                if (text.endsWith(LONG)) lines++;
                if (text.equals(last)) return lines;
            }
        }

        /** Says that it is leaving, and listens until that is answered. */
        void leave() throws InterruptedException {
            await(await(socket).sendClose(WebSocket.NORMAL_CLOSURE, ""));
            do await(socket).request(1);
            while (arrived.take().isPresent());
        }

        void vanish() {
            await(socket).abort();
        }

        // --- what the network says

        @Override
        public void onOpen(WebSocket opened) {
            socket.complete(opened);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (!last) {
                from.request(1);
                return null;
            }
            arrived.add(Optional.of(message.toString()));
            message.setLength(0);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            arrived.add(Optional.empty());
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            arrived.add(Optional.empty());
        }
    }
}
