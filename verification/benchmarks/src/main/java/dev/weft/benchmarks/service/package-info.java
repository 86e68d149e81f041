/**
 * Whole services, each handler written in several styles, and the load on them.
 *
 * <p>{@link dev.weft.benchmarks.service.Server} is one service in one style, in a JVM of its own. {@link
 * dev.weft.benchmarks.service.Rounds} starts one for each style, and puts load on one after the other.
 */
@NullMarked
package dev.weft.benchmarks.service;

import org.jspecify.annotations.NullMarked;
