/**
 * Coroutines in Micrometer: {@link dev.weft.micrometer.CoroutineMetrics} counts and times them,
 * {@link dev.weft.micrometer.CoroutineObservations} puts them into traces.
 */
@NullMarked
package dev.weft.micrometer;

import org.jspecify.annotations.NullMarked;
