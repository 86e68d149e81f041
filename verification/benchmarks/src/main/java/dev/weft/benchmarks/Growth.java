package dev.weft.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints how time and memory grow with the number of coroutines, members, levels, handles, context keys and values under
 * way: for each curve, nanoseconds and allocated bytes per unit at 1, 10, 100 and so on. A curve whose total grows faster
 * than its number fails the run, since what is cheap for one must not be expensive for many.
 */
public final class Growth {
    /** The exponent of time over number that counts as steeper than linear; noise and caches make some of it. */
    private static final double STEEP = 1.3;

    private static final int ROUNDS = 5;
    private static final long WARM_UP_NANOS = 300_000_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Growth() {}

    /**
     * Measures one curve, or all.
     *
     * @param arguments the curve, or {@code all}
     * @throws Exception if a curve fails
     */
    public static void main(String... arguments) throws Exception {
        System.out.println(Machine.describe());
        List<String> steep = new ArrayList<>();
        for (Curve curve : Curve.named(arguments.length == 0 ? "all" : arguments[0])) {
            System.out.printf(
                    "%n%s: %s%n%12s %14s %14s%n", curve.label(), curve.what(), "number", "ns each", "bytes each");
            List<Point> points = measure(curve);
            for (Point point : points)
                System.out.printf("%12d %14.1f %14.1f%n", point.number, point.nanos, point.bytes);
            double exponent = exponent(points);
            System.out.printf("%12s time grows with the power of %.2f%n", "", exponent);
            if (exponent > STEEP) steep.add(curve.label());
        }
        if (!steep.isEmpty()) throw new IllegalStateException("steeper than linear: " + steep);
    }

    /** What one unit costs when there are so many. */
    private record Point(int number, double nanos, double bytes) {}

    private static List<Point> measure(Curve curve) throws Exception {
        int first = Math.min(curve.most(), 1000);
        for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS; ) curve.run(first);
        List<Point> points = new ArrayList<>();
        for (int number = 1; number <= curve.most(); number *= 10) points.add(measure(curve, number));
        return points;
    }

    private static Point measure(Curve curve, int number) throws Exception {
        int repeated = Math.max(1, 1000 / number);
        double[] nanos = new double[ROUNDS];
        double[] bytes = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = THREADS.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < repeated; i++) curve.run(number);
            nanos[round] = (double) (System.nanoTime() - start) / repeated / number;
            bytes[round] = (double) (THREADS.getTotalThreadAllocatedBytes() - allocated) / repeated / number;
        }
        return new Point(number, Numbers.median(nanos), Numbers.median(bytes));
    }

    /** Of the total time, from a thousand on, or from the last but one point; 1 is linear. */
    private static double exponent(List<Point> points) {
        Point last = points.get(points.size() - 1);
        Point from = points.stream()
                .filter(point -> point.number >= 1000)
                .findFirst()
                .orElse(last);
        if (from == last) from = points.get(Math.max(0, points.size() - 2));
        return 1 + Math.log(last.nanos / from.nanos) / Math.log((double) last.number / from.number);
    }
}
