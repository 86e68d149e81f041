package dev.weft.benchmarks;

import java.util.Arrays;

/** Measured numbers. */
final class Numbers {
    private Numbers() {}

    static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@return three digits, or all before the point; a dash where nothing was measured} */
    static String rounded(double number) {
        if (Double.isNaN(number)) return "–";
        return (number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f").formatted(number);
    }
}
