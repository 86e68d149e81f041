package dev.weft.benchmarks;

import java.util.List;

/**
 * Suspends a million coroutines at once, each at its own gate, then opens the gates; none may be lost. Needs
 * {@code -Xmx3g}.
 */
public final class MillionSuspended {
    private static final int COUNT = 1_000_000;

    private MillionSuspended() {}

    /**
     * Runs on each engine.
     *
     * @param arguments ignored
     * @throws InterruptedException if interrupted
     */
    public static void main(String... arguments) throws InterruptedException {
        System.out.printf(
                "%s, a heap of %d MB%n",
                Machine.describe(), megabytes(Runtime.getRuntime().maxMemory()));
        for (Waiting waiting : List.of(Waiting.WEFT_REACTOR, Waiting.WEFT_RXJAVA)) run(waiting);
    }

    private static void run(Waiting waiting) throws InterruptedException {
        long start = System.nanoTime();
        Gates gates = new Gates(COUNT);
        waiting.start(gates);
        gates.awaitWaiting();
        long suspended = System.nanoTime();
        System.gc();
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        long opened = System.nanoTime();
        gates.open();
        gates.awaitPassed();
        System.out.printf(
                "%s: %d suspended after %.1f s in %d MB, all through %.1f s after the gates were opened%n",
                waiting.label(),
                COUNT,
                seconds(suspended - start),
                megabytes(used),
                seconds(System.nanoTime() - opened));
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
