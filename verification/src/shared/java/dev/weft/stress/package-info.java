/** Coroutines by the thousand on real threads, under random cancellations; and what must be so when they are over. */
package dev.weft.stress;
