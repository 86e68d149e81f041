/**
 * What Weft costs, compared with its alternatives: operators, blocking on virtual threads, Kotlin's coroutines.
 *
 * <p>{@link dev.weft.benchmarks.Rows} runs the rows; each is a class whose methods are its columns.
 */
@NullMarked
package dev.weft.benchmarks;

import org.jspecify.annotations.NullMarked;
