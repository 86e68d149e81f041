package dev.weft.testing;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Calls that wait forever, and how each reacts to an interrupt. */
public enum BlockingCall {
    /** {@code InterruptedException}. */
    LATCH {
        @Override
        Object call() throws Exception {
            new CountDownLatch(1).await();
            return "not reached";
        }
    },
    /** {@code SocketException: Closed by interrupt}. */
    SOCKET {
        @Override
        Object call() throws Exception {
            try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                return client.getInputStream().read();
            }
        }
    },
    /** {@code InterruptedIOException}. */
    PIPE {
        @Override
        Object call() throws Exception {
            try (var in = new PipedInputStream()) {
                in.connect(new PipedOutputStream());
                return in.read();
            }
        }
    },
    /** A library's own failure, which does not show that there was an interrupt. */
    WRAPPED {
        @Override
        Object call() throws Exception {
            try {
                return LATCH.call();
            } catch (InterruptedException interrupted) {
                throw new IOException("the connection is broken");
            }
        }
    },
    /** The same as {@link #WRAPPED}, with the flag set again. */
    WRAPPED_WITH_THE_FLAG {
        @Override
        Object call() throws Exception {
            try {
                return LATCH.call();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the connection is broken");
            }
        }
    };

    private volatile Thread caller;

    abstract Object call() throws Exception;

    /** Waits forever. */
    public Object block() throws Exception {
        caller = Thread.currentThread();
        return call();
    }

    /** {@return the thread that waits, once it does} */
    public Thread waiting() {
        Watched.until("somebody waits", () -> {
            Thread thread = caller;
            return thread != null && thread.getState() == Thread.State.WAITING
                    || thread != null && thread.getState() == Thread.State.TIMED_WAITING;
        });
        Thread thread = caller;
        caller = null;
        return thread;
    }
}
