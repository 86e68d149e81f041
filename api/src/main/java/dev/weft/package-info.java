/**
 * Await-style code on virtual threads, for programs that are built on a reactive library, and for those that are not.
 *
 * <p>Begin with {@link dev.weft.Async}: it has the verbs and is meant for {@code import static}. Each adapter has a
 * class with the verbs for its library's own types. The types of this package fall into six groups.
 *
 * <h2>Verbs and handles</h2>
 *
 * {@link dev.weft.Async} awaits and starts. A {@link dev.weft.Coroutine} is cold, a {@link dev.weft.Deferred} has been
 * started and ends with an {@link dev.weft.Outcome}; both are {@link dev.weft.Awaitable}. {@link dev.weft.Cached} is a
 * result that is computed once and shared.
 *
 * <h2>Scopes</h2>
 *
 * What is started inside a coroutine belongs to it and never outlives it. {@code group} opens a {@link dev.weft.TaskGroup}; {@code gather},
 * {@code race}, {@code withTimeout} and {@code shielded} are scopes too. What must outlive its caller belongs to a
 * {@link dev.weft.Supervisor}. Cancelling is a sticky state of a scope: every suspension point
 * inside it throws {@link dev.weft.CancelledException} from then on, at its entry and before it has any effect. A value that won against
 * the cancellation is returned; one that lost goes to a discard hook. Code that blocks elsewhere is interrupted, once. Clean-up that must
 * await runs in {@link dev.weft.Async#shielded shielded}.
 *
 * <h2>Streams</h2>
 *
 * A {@link dev.weft.Generator} emits to an {@link dev.weft.Emitter} and is the body of an {@link dev.weft.AsyncStream}; a loop reads any
 * source through an {@link dev.weft.AsyncIterator}. {@link dev.weft.Overflow} says what becomes of values that come too fast, and
 * {@link dev.weft.ByteStreams} bridges to {@code java.io}.
 *
 * <h2>Callbacks</h2>
 *
 * A {@link dev.weft.CallbackBody} is given a {@link dev.weft.Completion} to end one await with, a {@link dev.weft.ListenerBody} a
 * {@link dev.weft.ListenerSink} for the values of a stream.
 *
 * <h2>Surroundings</h2>
 *
 * {@link dev.weft.Context} is what a coroutine carries, {@link dev.weft.ScopedValues} adds the JDK's scoped values,
 * {@link dev.weft.Dispatcher} says where coroutines run, and {@link dev.weft.Hooks} receives what nobody else could.
 * {@link dev.weft.Adapters} is for the authors of backends, with {@link dev.weft.spi}.
 *
 * <h2>Exceptions</h2>
 *
 * Unchecked exceptions and errors come out of an await as the same instance; checked ones inside {@link dev.weft.AwaitException}, or as
 * themselves where {@link dev.weft.Async#throwing} names their class. {@link dev.weft.NoValueException},
 * {@link dev.weft.TooManyValuesException} and {@link dev.weft.OverflowException} say that a source did not fit its verb,
 * {@link dev.weft.AbandonedCallbackException} that a callback never came, and {@link dev.weft.BackendException} that the set-up is wrong.
 *
 * <h2>What never to do</h2>
 *
 * <ul>
 *   <li>Swallow a {@link dev.weft.CancelledException}: it is an {@link java.lang.IllegalStateException}, so rethrow it
 *       before a wider {@code catch}.
 *   <li>Leave a loop open: an {@link dev.weft.AsyncIterator} belongs in {@code try}.
 *   <li>Await on a library's event loop or in its callbacks: that is refused; start a coroutine there.
 *   <li>Emit from a thread that belongs to none of the generator's coroutines.
 * </ul>
 *
 * <h2>Words</h2>
 *
 * <dl>
 *   <dt>await
 *   <dd>to suspend until a source has given its value or ended, and to return or throw that
 *   <dt>source
 *   <dd>what can be awaited or iterated over: a {@code Mono}, a {@code Single}, a {@code CompletionStage}, a {@code Publisher}
 *   <dt>suspend
 *   <dd>a coroutine waits, and its virtual thread frees the platform thread that carries it
 *   <dt>coroutine
 *   <dd>a body that runs on a virtual thread of its own
 *   <dt>scope
 *   <dd>a region of a coroutine that is cancelled as one, and that nothing started in it outlives
 *   <dt>member
 *   <dd>what was started in a scope: a coroutine, or a source without a thread
 *   <dt>handle
 *   <dd>the {@code Deferred} of a member, by which others await or cancel it
 *   <dt>outcome
 *   <dd>how something ended: success, failure or cancelled
 *   <dt>cancel
 *   <dd>to ask a scope to end; sticky, it spreads inwards, and each suspension point throws from then on
 *   <dt>shield
 *   <dd>a scope that cancellation from outside does not enter
 *   <dt>generator
 *   <dd>code that emits the values of a stream
 *   <dt>demand
 *   <dd>how many values a subscriber has asked for and not received yet
 *   <dt>context
 *   <dd>the immutable map that a coroutine carries, the subscriber's own where there is one
 *   <dt>backend
 *   <dd>what connects the engine with a library: its sources, clock and hooks
 *   <dt>dispatcher
 *   <dd>what users choose to say where coroutines run
 *   <dt>scheduler
 *   <dd>what gives the threads of coroutines their turns, inside the engine
 *   <dt>carrier
 *   <dd>the JDK's word: the platform thread on which a virtual thread is mounted
 *   <dt>cell
 *   <dd>the engine's object for one await or one loop: subscriber and parked continuation in one
 *   <dt>subscription
 *   <dd>what a source gives to its subscriber to request and cancel with; a cell's upstream
 *   <dt>signal
 *   <dd>what a source tells its subscriber: a value, an error, its completion
 *   <dt>discard
 *   <dd>what happens to a value that nobody can receive: it goes to a hook
 *   <dt>drop
 *   <dd>what happens to an error that nobody can receive: it goes to a hook
 *   <dt>echo
 *   <dd>an error that only answers our own cancellation
 *   <dt>violation
 *   <dd>a breach of its protocol by a source
 * </dl>
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
