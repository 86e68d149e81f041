/**
 * What Weft costs, beside what it is an alternative to: operators, blocking on virtual threads, Kotlin's coroutines.
 *
 * <p>{@link dev.weft.benchmarks.Rows} runs the rows, each a class of its own whose methods are its columns.
 */
@NullMarked
package dev.weft.benchmarks;

import org.jspecify.annotations.NullMarked;
