package shaded.io.netty.util.internal;

import java.util.concurrent.Executor;
import shaded.io.netty.util.concurrent.FastThreadLocalThread;

/** As a Netty that was moved into another package has it. */
public final class ThreadExecutorMap {
    private ThreadExecutorMap() {}

    public static Executor currentExecutor() {
        return ((FastThreadLocalThread) Thread.currentThread()).executor;
    }
}
