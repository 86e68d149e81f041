package dev.weft.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints how many bytes of the heap one wait takes, for each way to wait: 100 000 waits, each at its own gate, in a
 * separate JVM. The gates are not counted. Then the gates open, and every wait must get its value.
 */
public final class MemoryPerCoroutine {
    private static final int COUNT = 100_000;

    private MemoryPerCoroutine() {}

    /**
     * Measures one way to wait, or all.
     *
     * @param arguments the way, or {@code all}
     * @throws IOException if no JVM can be started
     * @throws InterruptedException if interrupted
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        if (arguments.length == 1 && !arguments[0].equals("all")) {
            measure(Waiting.valueOf(arguments[0]));
            return;
        }
        System.out.println(Machine.describe());
        for (Waiting waiting : Waiting.values()) fork(waiting);
    }

    private static void fork(Waiting waiting) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        int status = new ProcessBuilder(List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:MarkSweepAlwaysCompactCount=1", // else it leaves some dead objects
                        "-Xmx2g",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryPerCoroutine.class.getName(),
                        waiting.name()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) throw new IllegalStateException(waiting + " failed with status " + status);
    }

    /** A first round, which is not counted, loads the classes and lets the threads and tables that stay grow. */
    private static void measure(Waiting waiting) throws InterruptedException {
        round(waiting);
        System.out.printf("%-60s %8.0f bytes%n", waiting.label(), round(waiting));
    }

    private static double round(Waiting waiting) throws InterruptedException {
        Gates gates = new Gates(COUNT);
        long before = used();
        waiting.start(gates);
        gates.awaitWaiting();
        long after = used();
        gates.open();
        gates.awaitPassed();
        return (double) (after - before) / COUNT;
    }

    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
