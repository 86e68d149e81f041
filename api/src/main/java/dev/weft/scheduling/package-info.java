/**
 * What gives the threads of coroutines their turns: the scheduler of the JDK, or an executor, an event loop or a worker of a library.
 * {@link dev.weft.scheduling.CoroutineScheduler} is the way in; {@code dev.weft.spi.CoroutineOptions} say which one a coroutine has.
 *
 * <p>It knows the JDK alone, neither coroutines nor backends: a coroutine is {@link dev.weft.scheduling.Scheduled}. It is not exported,
 * since it reaches into the JDK by reflection, and what the JDK will offer in its place is not known yet. Adapters and users choose a
 * scheduler without naming its type.
 */
@NullMarked
package dev.weft.scheduling;

import org.jspecify.annotations.NullMarked;
