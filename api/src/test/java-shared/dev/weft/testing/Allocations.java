package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How many bytes a piece of code allocates: unlike its time, that is the same on any machine. */
public final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 10;

    private Allocations() {}

    /**
     * Runs a piece of code again and again, until it is compiled and nobody else allocates meanwhile.
     *
     * @param atMost the bytes that it may allocate for each unit
     * @param units how many units one run makes
     * @param runs how many runs a round has
     */
    public static void perUnit(int atMost, int units, int runs, Runnable piece) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = THREADS.getTotalThreadAllocatedBytes();
            for (int i = 0; i < runs; i++) piece.run();
            double bytes = (double) (THREADS.getTotalThreadAllocatedBytes() - before) / runs / units;
            least = Math.min(least, bytes);
        }
        assertThat(least).as("bytes for each").isLessThan(atMost + 1.0);
    }
}
