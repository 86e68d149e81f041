package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** How many bytes a piece of code allocates: unlike its time, that is the same on any machine. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** How long the compiler may take on a busy machine; a little less than a test's time limit. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(50);

    private Allocations() {}

    /**
     * Runs a piece of code repeatedly, until it is compiled and nothing else allocates meanwhile: then the bound holds.
     *
     * @param atMost the bytes that it may allocate for each unit
     * @param units how many units one run makes
     * @param runs how many runs a round has
     */
    public static void perUnit(int atMost, int units, int runs, Runnable piece) {
        double least = Double.MAX_VALUE;
        for (long start = System.nanoTime(); least >= atMost + 1.0 && System.nanoTime() - start < PATIENCE; )
            least = Math.min(least, bytes(runs, piece) / units);
        assertThat(least).as("bytes for each").isLessThan(atMost + 1.0);
    }

    /** {@return how many bytes one run of a piece of code allocates, on this thread alone} */
    public static long onThisThread(Runnable piece) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        piece.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** {@return what one run allocates, averaged} */
    private static double bytes(int runs, Runnable piece) {
        long before = THREADS.getTotalThreadAllocatedBytes();
        for (int i = 0; i < runs; i++) piece.run();
        return (double) (THREADS.getTotalThreadAllocatedBytes() - before) / runs;
    }
}
