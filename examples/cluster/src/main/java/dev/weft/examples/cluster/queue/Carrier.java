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
    /** Has a parcel shipped; a caller that is cancelled hangs up. */
    void ship(Job job, String worker) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.getOutputStream().write((job.number() + " " + worker + "\n").getBytes(StandardCharsets.UTF_8));
            String answer = answers.readLine();
            if (!"shipped".equals(answer)) throw new IOException("the carrier answered " + answer);
        }
    }
}
