/**
 * The engine, for authors of backends: what a reactive library must supply, base classes for its subscribers and
 * coroutines, and services for both. Begin with {@link dev.weft.spi.Backend}; {@link dev.weft.Adapters} has the rest.
 *
 * <h2>The contract</h2>
 *
 * A {@link dev.weft.spi.Backend} carries the {@link dev.weft.spi.SpiLevel} that it was compiled with. The types of its
 * methods say which value an await wants ({@link dev.weft.spi.AwaitMode}), what a loop does with values that come too
 * fast ({@link dev.weft.spi.BufferPolicy}), what a builder is told about a coroutine
 * ({@link dev.weft.spi.CoroutineOptions}), what the library's clock is ({@link dev.weft.spi.Timer}), and what nobody
 * can receive ({@link dev.weft.spi.Undeliverable}, {@link dev.weft.spi.Violation}). {@link dev.weft.spi.EventLoops} and
 * {@link dev.weft.spi.Worker} are for a library with threads of its own.
 *
 * <h2>The base classes</h2>
 *
 * A backend extends these, so that one object is both the parked continuation and the library's subscriber.
 * {@link dev.weft.spi.SourceAwaitCell}, or its superclass {@link dev.weft.spi.AwaitCell}, awaits one value;
 * {@link dev.weft.spi.IterationCell} is read by a loop. {@link dev.weft.spi.CoroutineTask} is a coroutine:
 * {@link dev.weft.spi.SubscriberTask} has a subscriber for its result, {@link dev.weft.spi.EmitterTask} one for the
 * values of a generator.
 *
 * <h2>The services</h2>
 *
 * {@link dev.weft.spi.Reports} takes what nobody receives, {@link dev.weft.spi.Failures} unwraps and combines
 * exceptions, {@link dev.weft.spi.EngineCounter} counts, {@link dev.weft.spi.VirtualTime} keeps coroutines in step with
 * the virtual clock of a test, and {@link dev.weft.spi.SchedulePoint} shows a simulator where threads meet. An
 * {@link dev.weft.spi.Observer} is told of coroutines, a {@link dev.weft.spi.Census} finds those that are alive. What the
 * engine needs from the layer above (exceptions, the blocking guard) comes through {@link dev.weft.spi.Host}: this
 * package depends only on the JDK, and on the schedulers of coroutines in a package that is not exported.
 *
 * <h2>How the parts talk</h2>
 *
 * A {@link dev.weft.spi.Scope} is a region of code that can be cancelled; scopes nest. A
 * {@link dev.weft.spi.CoroutineTask} is the outermost scope of one virtual thread. While its thread is suspended, the
 * innermost scope names what it is suspended in. Cancelling a scope marks it and everything inside it, and wakes those
 * suspensions. Each {@link dev.weft.spi.AwaitCell} has one outcome, decided by one compare-and-set.
 *
 * <h2>What never to do</h2>
 *
 * Call the subscriber, the library or code of the user under a lock; keep a value that was refused (it goes to
 * {@link dev.weft.spi.Reports}); block the thread that signals; throw out of a signal.
 */
@NullMarked
package dev.weft.spi;

import org.jspecify.annotations.NullMarked;
