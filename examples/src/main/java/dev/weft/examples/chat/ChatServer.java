package dev.weft.examples.chat;

/** A WebSocket server on loopback. The path of a connection is the name of a room; the visit ends with the connection. */
public interface ChatServer extends AutoCloseable {
    /** How many bytes the kernel may keep for a visitor who does not read. */
    int SEND_BUFFER = 64 * 1024;

    /** {@return its port} */
    int port();

    @Override
    void close();
}
