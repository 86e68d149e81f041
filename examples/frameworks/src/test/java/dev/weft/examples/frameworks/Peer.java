package dev.weft.examples.frameworks;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of a few lines that speaks as much of a protocol as the test of one client needs. */
abstract class Peer implements AutoCloseable {
    /** Completed when it is asked for what it answers late or never. */
    final CompletableFuture<Void> asked = new CompletableFuture<>();

    /** What it was asked for, in this order, but for the client's own housekeeping. */
    final List<String> seen = new CopyOnWriteArrayList<>();

    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final ServerSocket server;

    Peer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
        Thread.startVirtualThread(this::accept);
    }

    final int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                clients.add(client);
                if (server.isClosed()) client.close();
                Thread.startVirtualThread(() -> attend(client));
            }
        } catch (IOException failure) {
            if (!server.isClosed()) failures.add(failure);
        }
    }

    private void attend(Socket client) {
        try (client) {
            var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            while (true) answer(in, client.getOutputStream());
        } catch (EOFException | SocketException gone) {
            // a client has left, or was broken off
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    /** Reads one request and answers it. */
    abstract void answer(DataInputStream in, OutputStream out) throws IOException;

    /** Breaks all connections off; clients may connect again. */
    final void breakOff() {
        for (Socket client : clients) close(client);
    }

    @Override
    public final void close() {
        close(server);
        breakOff();
        if (!failures.isEmpty()) throw new AssertionError("the peer has failed", failures.get(0));
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
