package dev.weft.examples.frameworks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Redis, with a key {@code name}, a list to which nothing is pushed, and a lost connection whenever {@code lost} is asked for first. */
final class RedisPeer extends Peer {
    private static final Set<String> HOUSEKEEPING = Set.of("HELLO", "CLIENT", "PING", "QUIT");

    /** Completed to answer the command that blocks. */
    final CompletableFuture<Void> pushed = new CompletableFuture<>();

    @Override
    void answer(DataInputStream in, OutputStream out) throws IOException {
        List<String> command = command(in);
        String verb = command.get(0).toUpperCase(Locale.ROOT);
        boolean before = seen.contains(String.join(" ", command));
        if (!HOUSEKEEPING.contains(verb)) seen.add(String.join(" ", command));
        if (command.contains("lost") && !before) breakOff();
        else out.write(reply(verb, command).getBytes(UTF_8));
    }

    private String reply(String verb, List<String> command) {
        return switch (verb) {
            case "GET" -> command.get(1).equals("name") || command.get(1).equals("lost") ? "$3\r\nann\r\n" : "$-1\r\n";
            case "BLPOP" -> {
                asked.complete(null);
                pushed.join();
                yield "*2\r\n$4\r\njobs\r\n$1\r\n7\r\n";
            }
            case "CLIENT" -> "+OK\r\n";
            case "PING" -> "+PONG\r\n";
            case "QUIT" -> "+OK\r\n";
            default -> "-ERR unknown command '" + verb + "'\r\n"; // HELLO too: this is an old Redis
        };
    }

    /** An array of strings, each with its length before it. */
    private static List<String> command(DataInputStream in) throws IOException {
        int length = number(in);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            var bytes = new byte[number(in)];
            in.readFully(bytes);
            in.skipNBytes(2);
            parts.add(new String(bytes, UTF_8));
        }
        return parts;
    }

    private static int number(DataInputStream in) throws IOException {
        in.readByte(); // the kind
        int number = 0;
        for (byte digit = in.readByte(); digit != '\r'; digit = in.readByte()) number = 10 * number + digit - '0';
        in.readByte();
        return number;
    }
}
