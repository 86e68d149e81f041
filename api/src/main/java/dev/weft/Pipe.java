package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import dev.weft.spi.Turns;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a generator in the current coroutine, as a scope of its own, and passes its values on by a call: no thread, no queue, and
 * demand value for value.
 *
 * <p>What a value meets downstream is no concern of the generator's code. If the sink throws, the generator is cancelled, and when
 * it has unwound, that failure is thrown from {@link #run}; if the sink has enough, the generator is cancelled and {@code run}
 * returns.
 */
final class Pipe<T> extends Scope implements Emitter<T> {
    private final Emitter<?> downstream;
    private final Sink<? super T> sink;
    private @Nullable Turns turns;

    /** Written by whoever is in the sink, read by the generator's thread at its end. */
    private volatile @Nullable Throwable failure;

    private volatile boolean enough;

    private Pipe(Scope parent, Emitter<?> downstream, Sink<? super T> sink) {
        super(parent, parent.backend(), parent.context(), false);
        this.downstream = downstream;
        this.sink = sink;
    }

    /** Where the values go. */
    @FunctionalInterface
    interface Sink<T> {
        /** Takes a value. {@return whether it takes more} */
        boolean accept(T value) throws Exception;
    }

    /** Runs a generator to its end, in the coroutine of the one downstream, to which the sink may emit. */
    static <T> void run(Generator<T> generator, Emitter<?> downstream, Sink<? super T> sink) throws Exception {
        Scope here = Objects.requireNonNull(Scope.current());
        here.checkpoint();
        new Pipe<T>(here, downstream, sink).run(generator);
    }

    private void run(Generator<T> generator) throws Exception {
        try {
            this.<@Nullable Void>call(() -> {
                generator.generate(this);
                return null;
            });
        } catch (Throwable thrown) {
            if (!enough) throw instead(thrown);
            if (!Failures.isEcho(thrown)) Reports.drop(backend(), context(), thrown);
        }
        if (failure != null) throw Failures.<RuntimeException>sneak(failure);
    }

    /** What ended the generator; what it throws of its own because of that is reported. */
    private RuntimeException instead(Throwable thrown) {
        Throwable cause = failure;
        if (cause == null || cause == thrown) return Failures.sneak(thrown);
        Reports.drop(backend(), context(), thrown);
        return Failures.sneak(cause);
    }

    @Override
    public void emit(T value) {
        if (value == null) throw new NullPointerException("stream: emit(null), but a stream has no nulls");
        Scope here = Scope.current();
        Turns shared = turns;
        if (here == null || (shared == null ? here.task() != task() : !here.isInside(this)))
            throw new IllegalStateException("emit from outside the generator's coroutine");
        if (shared == null) {
            pass(here, value);
            return;
        }
        Turns.Turn turn = shared.join();
        try {
            turn.await(value);
            pass(here, value);
        } finally {
            turn.end();
        }
    }

    @Override
    public Emitter<T> concurrent() {
        downstream.concurrent();
        if (turns == null) turns = new Turns(backend(), context());
        return this;
    }

    private void pass(Scope here, T value) {
        checkpoint(here, value);
        try {
            if (sink.accept(value)) return;
        } catch (Throwable thrown) {
            if (isOfTheGenerator(thrown)) throw Failures.<RuntimeException>sneak(thrown);
            failure = thrown;
            cancel(Cancellation.Reason.FAILURE, thrown);
            throw Host.get().cancelled(cancellation(), thrown);
        }
        enough = true;
        cancel(Cancellation.Reason.REQUESTED, null);
        here.interruptSelf();
    }

    /** A shield hides the end of the stream from the generator, but not from emit: there is nobody left to emit to. */
    private void checkpoint(Scope here, T value) {
        try {
            here.checkpoint();
            Cancellation over = cancellation();
            if (over != null) throw Host.get().cancelled(over, over.cause());
        } catch (Throwable cancelled) {
            Reports.discard(backend(), context(), value);
            throw cancelled;
        }
    }

    /** Whether a scope of the generator's own, such as a timeout around its emit, was cancelled: that is its own concern. */
    private boolean isOfTheGenerator(Throwable thrown) {
        Scope cancelled = Host.get().cancelledScope(thrown);
        return cancelled != null && cancelled != this && cancelled.isInside(this);
    }
}
