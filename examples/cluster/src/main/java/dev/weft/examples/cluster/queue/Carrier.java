package dev.weft.examples.cluster.queue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The service that ships parcels, asked by a line over a socket.
 *
 * @param port where it is on loopback
 */
public record Carrier(int port) {
    /** What it answers. */
    public static final String SHIPPED = "shipped";

    /** What it is told then. */
    public static final String RECEIVED = "received";

    /** Has a parcel shipped; a caller that is cancelled hangs up. */
    void ship(Job job, String worker) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            send(socket, job.number() + " " + worker);
            String answer = answers.readLine();
            if (!SHIPPED.equals(answer)) throw new IOException("the carrier answered " + answer);
            send(socket, RECEIVED);
        }
    }

    private static void send(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
