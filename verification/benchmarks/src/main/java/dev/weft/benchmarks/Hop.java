package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import reactor.core.publisher.Mono;

/**
 * Repeatedly awaits, in one coroutine, a source that computes its value on {@link Signals the signals' thread}. One
 * operation is one await: the source schedules a task there, the task signals the value, the coroutine continues where
 * its dispatcher says. Where that is the signals' thread (operators, Unconfined, on), the thread that runs a task also
 * schedules the next, and no thread ever waits; elsewhere two threads wake each other.
 */
@OperationsPerInvocation(Hop.AWAITS)
public class Hop extends SourceAwaits {
    static final int AWAITS = 5_000;

    /** For JMH. */
    public Hop() {
        super(AWAITS);
    }

    /** For JMH. */
    @Setup
    public void signalOn(Signals signals) {
        mono = Mono.fromCallable(() -> 1).subscribeOn(signals.reactor);
        single = Single.fromCallable(() -> 1).subscribeOn(signals.rxjava);
    }
}
