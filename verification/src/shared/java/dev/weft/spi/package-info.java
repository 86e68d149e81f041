/**
 * The simulator: threads and coroutines in one run, under a schedule that a seed decides. It is in the engine's package
 * since it controls the engine's steps.
 */
package dev.weft.spi;
