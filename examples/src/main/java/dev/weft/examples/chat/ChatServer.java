package dev.weft.examples.chat;

/** A WebSocket server on loopback. The path of a connection is the name of a room; with the connection, the visit ends. */
public interface ChatServer extends AutoCloseable {
    /** How much the kernel may keep for a visitor who does not read, in bytes. */
    int SEND_BUFFER = 64 * 1024;

    /** {@return its port} */
    int port();

    @Override
    void close();
}
