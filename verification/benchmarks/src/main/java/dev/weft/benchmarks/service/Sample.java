package dev.weft.benchmarks.service;

import org.HdrHistogram.Histogram;

/**
 * What the load saw.
 *
 * @param requests how many were answered
 * @param perSecond how many in a second
 * @param p50 the median of the latencies, in milliseconds
 * @param p99 the 99th percentile
 * @param p999 the 99.9th percentile
 */
record Sample(long requests, double perSecond, double p50, double p99, double p999) {
    static Sample of(Histogram nanos, long elapsed) {
        long requests = nanos.getTotalCount();
        return new Sample(
                requests, requests * 1e9 / elapsed, millis(nanos, 50), millis(nanos, 99), millis(nanos, 99.9));
    }

    private static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }
}
