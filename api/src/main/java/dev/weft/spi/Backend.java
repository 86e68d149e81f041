package dev.weft.spi;

import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Connects a reactive library to the coroutine API: how its sources are awaited, how coroutines become its types, and
 * which clock, hooks and threads it has.
 *
 * <p>{@link java.util.ServiceLoader} finds backends on the class loader of this interface. A backend must carry
 * {@link SpiLevel}. All methods may be called on any thread, and none blocks.
 *
 * <p>The rules for a backend are numbered below, and each number is a test of {@code dev.weft.tck.BackendContract}, the
 * contract kit. The rules about sources that break their protocol apply to {@link #one} and {@link #many} alike. A
 * backend gets most of them for free if its cells extend {@link SourceAwaitCell} and {@link IterationCell}, and its
 * coroutines {@link SubscriberTask} and {@link EmitterTask}:
 *
 * <ul>
 *   <li>Rule 9.01: A second subscription is cancelled, and nothing is requested from it.
 *   <li>Rule 9.02: A value after the end is discarded, and reported as a breach of rule 1.7 of Reactive Streams.
 *   <li>Rule 9.03: A failure after the end is dropped.
 *   <li>Rule 9.04: Null is a {@link NullPointerException} for the awaiter, and the source is cancelled.
 *   <li>Rule 9.05: A subscription that comes after the cancellation is cancelled, and nothing is requested from it.
 *   <li>Rule 9.06: What subscribing throws is the outcome.
 *   <li>Rule 9.07: What requesting throws is the outcome, and the source is cancelled.
 *   <li>Rule 9.08: What cancelling throws does not hide the cancellation.
 *   <li>Rule 9.09: An end without a subscription is an end.
 *   <li>Rule 9.10: A failure without a subscription is thrown.
 *   <li>Rule 9.11: More values than requested end an iteration with {@code OverflowException}, after the others; the
 *       source is cancelled.
 *   <li>Rule 9.12: What subscribing throws ends an iteration.
 *   <li>Rule 9.13: A second subscription of an iteration is cancelled.
 * </ul>
 *
 * @since 0.1
 */
public interface Backend {
    /**
     * {@return the name by which configuration chooses this backend: lower case, unique among the installed backends}
     *
     * <ul>
     *   <li>Rule 1.01: The id is lower case and never changes, whichever instance is asked.
     *   <li>Rule 1.02: The class carries the {@link SpiLevel} of the package that it was compiled with.
     * </ul>
     */
    String id();

    /**
     * {@return whether sources of this type can be awaited or iterated over, and coroutines can be turned into it}
     *
     * <ul>
     *   <li>Rule 1.03: The types of the library's sources are understood, and those of the sources themselves.
     *   <li>Rule 1.04: No foreign type is understood.
     * </ul>
     *
     * @param type the class of a source, or the requested type
     */
    boolean understands(Class<?> type);

    /**
     * Makes the cell that awaits a source. Subscribes to nothing before the cell is started.
     *
     * <ul>
     *   <li>Rule 2.01: A value is returned, as the same instance.
     *   <li>Rule 2.02: Empty is null where the {@link AwaitMode} allows it.
     *   <li>Rule 2.03: Empty is a {@code NoSuchElementException} where it does not.
     *   <li>Rule 2.04: An unchecked failure is thrown as itself.
     *   <li>Rule 2.05: A checked failure comes inside {@code AwaitException}.
     *   <li>Rule 2.06: An {@link Error} is thrown as itself.
     *   <li>Rule 2.07: A source that is ready does not park the awaiter.
     *   <li>Rule 2.08: A signal from another thread wakes it.
     *   <li>Rule 2.09: Nothing is subscribed to before the start.
     *   <li>Rule 2.10: The source is subscribed to once.
     *   <li>Rule 2.11: A coroutine that is cancelled already subscribes to nothing.
     *   <li>Rule 2.12: A cancellation is sent upstream, once.
     *   <li>Rule 2.13: The cancelled awaiter gets an exception, and its interrupt flag is left alone.
     *   <li>Rule 2.14: A value that lost against the cancellation goes to the discard hook, once.
     *   <li>Rule 2.15: A failure that lost goes to the hook for errors, once.
     *   <li>Rule 2.16: A failure that only echoes the cancellation is not reported.
     *   <li>Rule 2.17: A value that won is returned, even if a cancellation follows.
     *   <li>Rule 2.18: A source that has ended is not cancelled.
     *   <li>Rule 2.19: Signals may come from any thread, even an interrupted one; its flag stays set.
     *   <li>Rule 2.20: The thread that signals is not kept, and does not run the awaiter's code.
     *   <li>Rule 2.21: An interrupt ends the await of a plain thread; its flag stays set.
     *   <li>Rule 2.22: The first of many is the only one requested, and the rest is cancelled.
     *   <li>Rule 2.23: All other modes request everything.
     *   <li>Rule 2.24: The last of many is returned; the others are discarded.
     *   <li>Rule 2.25: A second value is a {@code TooManyValuesException} where only one is expected; both are
     *       discarded.
     *   <li>Rule 2.26: Waiting for the end discards the values.
     *   <li>Rule 2.27: A source of many that gives none is an error where a value is needed.
     *   <li>Rule 2.28: A value has not won before its source has ended: a cancellation discards it.
     *   <li>Rule 2.29: A source may signal while it holds a monitor, and still holds it afterwards; the awaiter may
     *       enter it.
     * </ul>
     *
     * @param source a source of a type that this backend understands
     * @param take which of its values is awaited
     * @return a new cell
     */
    <T> AwaitCell<T> one(Object source, AwaitMode take);

    /**
     * Makes the cell that iterates over a source. Subscribes to nothing before the cell is opened.
     *
     * <ul>
     *   <li>Rule 3.01: The values come in order, and then the end.
     *   <li>Rule 3.02: The first request is the prefetch.
     *   <li>Rule 3.03: When three quarters are consumed, as many are requested again.
     *   <li>Rule 3.04: With a prefetch of one, values are handed over one by one.
     *   <li>Rule 3.05: The values come before the failure after them, which is thrown as itself if it is unchecked.
     *   <li>Rule 3.06: A checked failure comes inside {@code AwaitException}.
     *   <li>Rule 3.07: Leaving early cancels the source, once.
     *   <li>Rule 3.08: What is left over then is discarded.
     *   <li>Rule 3.09: A value that comes after that is discarded.
     *   <li>Rule 3.10: A failure that comes after that is dropped.
     *   <li>Rule 3.11: An endless source can be iterated over and left.
     *   <li>Rule 3.12: A source that has ended is not cancelled.
     *   <li>Rule 3.13: A signal from another thread wakes the consumer.
     *   <li>Rule 3.14: Nothing is subscribed to before the opening.
     *   <li>Rule 3.15: A coroutine that is cancelled already opens nothing.
     *   <li>Rule 3.16: A cancellation ends the iteration for good: upstream once, and every later call throws.
     *   <li>Rule 3.17: Each iteration subscribes again.
     *   <li>Rule 3.18: A source may signal while it holds a monitor, which the loop may enter.
     * </ul>
     *
     * @param source a source of a type that this backend understands
     * @param prefetch how many values may be in flight, at least 0; with 0, one is requested when the loop waits for it
     * @return a new cell
     */
    <T> IterationCell<T> many(Object source, int prefetch);

    /**
     * Makes a cold source of this library that runs a coroutine for each subscription.
     *
     * <ul>
     *   <li>Rule 4.01: The source is of the requested type.
     *   <li>Rule 4.02: Nothing runs before a subscription.
     *   <li>Rule 4.03: Each subscription runs a coroutine of its own.
     *   <li>Rule 4.04: The body runs on a virtual thread of its own.
     *   <li>Rule 4.05: Inside, this backend is the selected one.
     *   <li>Rule 4.06: The subscriber receives the subscription, the value and the end, in this order, each once.
     *   <li>Rule 4.07: A result waits for demand.
     *   <li>Rule 4.08: Null is empty, or a {@link NullPointerException} where the type has no empty.
     *   <li>Rule 4.09: A failure, checked or not, keeps its identity.
     *   <li>Rule 4.10: So does an {@link Error}.
     *   <li>Rule 4.11: A failure that was awaited inside comes without its {@code AwaitException}.
     *   <li>Rule 4.12: Cancelling the subscription cancels the coroutine and what it awaits.
     *   <li>Rule 4.13: Cancelling never waits for the coroutine.
     *   <li>Rule 4.14: A result that comes after that goes to the discard hook, once.
     *   <li>Rule 4.15: A failure that comes after that goes to the hook for errors, once.
     *   <li>Rule 4.16: A subscriber that has cancelled receives nothing.
     *   <li>Rule 4.17: A subscription that is cancelled in {@code onSubscribe} runs nothing.
     *   <li>Rule 4.18: A subscriber may subscribe, request and cancel while it holds a monitor, which the body may
     *       enter.
     * </ul>
     *
     * @param body what the coroutine does; a null result means empty where the type can be empty
     * @param options what else the builder was told about the coroutine; for its task
     * @param type a type that this backend understands
     * @return the source
     */
    <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type);

    /**
     * Makes a source of this library that passes on the values of a publisher and the demand of its subscriber.
     *
     * <ul>
     *   <li>Rule 5.01: The source is of the requested type.
     *   <li>Rule 5.02: The values and the end are passed on.
     *   <li>Rule 5.03: No more is requested from the publisher than was requested by the subscriber.
     *   <li>Rule 5.04: A failure keeps its identity.
     *   <li>Rule 5.05: Cancelling reaches the publisher, once.
     *   <li>Rule 5.06: Nothing is subscribed to before a subscription; each subscription subscribes again.
     *   <li>Rule 5.07: An endless generator follows the demand.
     * </ul>
     *
     * @param source where the values come from
     * @param type a multi-valued type that this backend understands
     * @return the source
     */
    <N> N createStream(Flow.Publisher<?> source, Class<N> type);

    /**
     * {@return the clock for delays and timeouts; looked up each time, so that a virtual clock can replace it}
     *
     * <ul>
     *   <li>Rule 6.01: An entry fires once.
     *   <li>Rule 6.02: It does not fire before its time.
     *   <li>Rule 6.03: An entry that is removed does not fire.
     *   <li>Rule 6.04: Removing one that has fired does nothing.
     *   <li>Rule 6.05: Removing one that is firing does not interrupt its action.
     *   <li>Rule 6.06: Entries fire in the order of their times.
     *   <li>Rule 6.07: A delay of one nanosecond is accepted.
     *   <li>Rule 6.08: {@link Long#MAX_VALUE} nanoseconds never elapse.
     *   <li>Rule 6.09: The action does not run on the thread that schedules it.
     * </ul>
     */
    Timer timer();

    /**
     * {@return the clock that {@link #timer} follows, if tests of this library can replace it by a virtual one, with
     * which coroutines then stay in step; null, as here, if they cannot. Always the same}
     */
    default @Nullable VirtualTime<?> clock() {
        return null;
    }

    /**
     * Puts the schedulers of the library on the time of a test, in the whole process, so that its operators wait for
     * that too. Does nothing here, for a library without schedulers.
     *
     * @param time the time of the test
     * @return what puts the schedulers back; called once
     */
    default Runnable follow(TestTime time) {
        return () -> {};
    }

    /**
     * Passes a signal that nobody can receive to the hook of this library, or to Weft's hook where the library has
     * none. The caller handles what the hook throws.
     *
     * <ul>
     *   <li>Rule 7.01: A value reaches the discard hook, once, even without a context.
     *   <li>Rule 7.02: A failure reaches the hook for errors, once, as the same instance.
     *   <li>Rule 7.03: A breach reaches the violation hook, once.
     *   <li>Rule 7.04: A context of Weft's own is accepted.
     *   <li>Rule 7.05: What a hook throws changes no outcome, and does not reach the source.
     *   <li>Rule 7.06: Nor does it reach the caller of {@link Reports}.
     *   <li>Rule 7.07: A value goes to the enclosing {@code withDiscard} that takes its type, which is a
     *       {@link DiscardHook} in the context.
     * </ul>
     *
     * @param signal the signal
     * @param context the context of the coroutine or subscriber that it was meant for, or null where there is none
     */
    void undeliverable(Undeliverable signal, @Nullable Object context);

    /**
     * {@return what a source consists of, such as the names of its operators, for a dump; null, as here, where the
     * library does not tell} Called on any thread, while the source may signal.
     *
     * @param subscription what a source has given to a cell of this backend
     */
    default @Nullable String describe(Object subscription) {
        return null;
    }

    /**
     * {@return whether the current thread, which runs no coroutine, may block}
     *
     * <ul>
     *   <li>Rule 8.01: A plain thread, platform or virtual, may block.
     *   <li>Rule 8.02: A thread on which the library forbids blocking may not.
     *   <li>Rule 8.03: But it may signal.
     * </ul>
     */
    boolean mayBlock();

    /**
     * Prepares the thread-locals that a new coroutine takes over from a thread, or that a changed context changes for
     * the code inside. Called on the thread that starts the coroutine or, if that thread only subscribes, on the
     * coroutine's own, which has none yet. The returned action runs on the coroutine's thread, perhaps more than once:
     * it sets the thread-locals (from the context, or else as they were on the thread that called this), runs the body,
     * and resets them.
     *
     * <ul>
     *   <li>Rule 8.04: The body runs once each time the returned action runs, at once and on the same thread.
     *   <li>Rule 8.05: What it throws comes out as the same instance.
     *   <li>Rule 8.06: A coroutine that is awaited in another sees the context of that one.
     *   <li>Rule 8.07: A thread that starts a coroutine keeps its interrupt flag.
     * </ul>
     *
     * @param context the coroutine's context
     * @param body what to run
     * @return the action, which is the body itself if there is nothing to take over
     */
    Runnable propagate(Object context, Runnable body);
}
