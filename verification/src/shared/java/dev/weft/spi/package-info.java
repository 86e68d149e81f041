/**
 * The simulator: threads and coroutines in one run, under a schedule that a seed decides. It is in the package of the
 * engine whose steps it plays.
 */
package dev.weft.spi;
