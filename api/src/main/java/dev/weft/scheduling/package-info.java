/**
 * Runs the threads of coroutines, step by step: on the scheduler of the JDK, an executor, an event loop, or a worker of
 * a library. {@link dev.weft.scheduling.CoroutineScheduler} is the way in; {@code dev.weft.spi.CoroutineOptions} says
 * which one a coroutine has.
 *
 * <p>This package depends only on the JDK, and knows neither coroutines nor backends: a coroutine is
 * {@link dev.weft.scheduling.Scheduled}. It is not exported, since it reaches into the JDK by reflection, and the JDK's
 * future replacement is not known yet. Adapters and users choose a scheduler without naming its type.
 */
@NullMarked
package dev.weft.scheduling;

import org.jspecify.annotations.NullMarked;
