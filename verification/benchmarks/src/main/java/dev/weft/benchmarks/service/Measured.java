package dev.weft.benchmarks.service;

import org.jspecify.annotations.Nullable;

/**
 * One style in one round.
 *
 * @param style the style
 * @param connections how many requests were under way at a time
 * @param round the round
 * @param processor processor time of the serving process per request, in microseconds
 * @param bytes what it allocated per request
 * @param perSecond requests in a second
 * @param p50 the median of the latencies, in milliseconds
 * @param p99 the 99th percentile
 * @param p999 the 99.9th percentile
 * @param heap bytes of the heap in use per request that waits; null where none can be held
 */
public record Measured(
        Style style,
        int connections,
        int round,
        double processor,
        double bytes,
        double perSecond,
        double p50,
        double p99,
        double p999,
        @Nullable Double heap) {}
