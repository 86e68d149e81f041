/** Thousands of coroutines on real threads, under random cancellations, and what must hold when they have ended. */
package dev.weft.stress;
