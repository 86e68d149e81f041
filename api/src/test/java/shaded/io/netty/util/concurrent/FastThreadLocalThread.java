package shaded.io.netty.util.concurrent;

import java.util.concurrent.Executor;

/** As a Netty that was moved into another package has it. */
public final class FastThreadLocalThread extends Thread {
    public final Executor executor;

    public FastThreadLocalThread(Executor executor, Runnable task) {
        super(task);
        this.executor = executor;
    }
}
