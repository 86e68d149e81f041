/**
 * The engine, for those who write backends: the state machines behind await, iteration, coroutines and generators, and
 * {@link dev.weft.spi.Backend}, the few things that a reactive library has to supply.
 *
 * <p>A backend extends the cells, so that one object is at the same time the parked continuation and the library's
 * subscriber. This package knows only the JDK, and the schedulers of coroutines in a package that is not exported: what
 * it needs from the layer above (exceptions, the blocking guard) comes through {@link dev.weft.spi.Host}.
 *
 * <h2>How the parts talk</h2>
 *
 * A {@link dev.weft.spi.Scope} is a region of code that can be cancelled; scopes nest. A
 * {@link dev.weft.spi.CoroutineTask} is the outermost scope of one virtual thread. While its thread is suspended, the
 * innermost scope names the {@link dev.weft.spi.Suspension} it is suspended in. Cancelling a scope marks it and all that is
 * inside, and wakes those suspensions. Each {@link dev.weft.spi.AwaitCell} has one outcome, decided by one compare-and-set.
 */
@NullMarked
package dev.weft.spi;

import org.jspecify.annotations.NullMarked;
