package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.EmittingScope;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Reports;
import dev.weft.spi.Scope;
import dev.weft.spi.TicketLock;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a generator in the current coroutine, as a scope of its own, and passes its values on by a call: no thread, no
 * queue, and demand for one value at a time.
 *
 * <p>The generator's code does not see what happens to a value downstream. If the sink throws, the generator is
 * cancelled, and when it has unwound, {@link #run} throws that failure; if the sink has enough, the generator is
 * cancelled and {@code run} returns.
 */
final class PipeScope<T> extends EmittingScope<T> implements Emitter<T> {
    private static final String FAILED_BEHIND = "a failure downstream of its emit";

    /** The downstream of a pipe that is the end of a stream: nothing is emitted there, and there is always demand. */
    enum End implements Emitter<Object> {
        /** The sink may run on the threads of other coroutines that emit. */
        ON_ANY_THREAD,
        /** It is code of the user, who was told that it runs on this one. */
        ON_THIS_THREAD;

        @Override
        public void emit(Object value) {
            throw new IllegalStateException("nothing is emitted here");
        }
    }

    private final Emitter<?> downstream;

    /** Whose demand it waits for: the operators between ask for a value when they are asked for one. */
    private final Emitter<?> demanding;

    private final boolean asDemanded;
    private final Sink<? super T> sink;
    private @Nullable TicketLock tickets;

    /** Written by the thread that is in the sink, read by the generator's thread at its end. */
    private volatile @Nullable Throwable failure;

    /** Written there too, and by the thread that stops this. */
    private volatile boolean enough;

    private PipeScope(Scope parent, Emitter<?> downstream, boolean asDemanded, Sink<? super T> sink) {
        super(parent);
        this.downstream = downstream;
        this.demanding = downstream instanceof PipeScope<?> pipe && pipe.asDemanded ? pipe.demanding : downstream;
        this.asDemanded = asDemanded && !(downstream instanceof PipeScope<?> pipe && !pipe.asDemanded);
        this.sink = sink;
    }

    /** Where the values go. */
    @FunctionalInterface
    interface Sink<T> {
        /** Takes a value. {@return whether it takes more} */
        boolean accept(T value) throws Exception;
    }

    /** Runs a generator to its end, in the coroutine of the downstream emitter, to which the sink may emit. */
    static <T> void run(Generator<T> generator, Emitter<?> downstream, Sink<? super T> sink) throws Exception {
        new PipeScope<T>(entered(), downstream, false, sink).run(generator);
    }

    /** As {@link #run}, for a sink that emits at most one value for each: the generator waits until that is requested. */
    static <T> void runAsDemanded(Generator<T> generator, Emitter<?> downstream, Sink<? super T> sink)
            throws Exception {
        new PipeScope<T>(entered(), downstream, true, sink).run(generator);
    }

    /** As {@link #runAsDemanded}, for a generator that {@link #stop} may end. */
    static <T> PipeScope<T> stoppable(Emitter<?> downstream, Sink<? super T> sink) {
        return new PipeScope<T>(entered(), downstream, true, sink);
    }

    /**
     * Runs a generator to its end, in the current coroutine, for the end of a stream. What the sink throws is thrown as
     * it is, and a failure of the generator as by an await. It is one suspension point: if the coroutine is cancelled,
     * it says so, whatever the generator made of that.
     */
    static <T, X extends Exception> void drain(Generator<T> generator, End end, AsyncConsumer<? super T, X> action)
            throws X {
        Scope here = entered();
        var pipe = new PipeScope<T>(here, end, false, value -> {
            action.accept(value);
            return true;
        });
        try {
            pipe.run(generator);
        } catch (Exception thrown) {
            if (pipe.failure == null) pipe.generatorFailed(here, thrown);
            throw Failures.<RuntimeException>sneak(thrown);
        }
        here.checkpoint();
    }

    /** Throws what an end throws in place of its generator's failure, if it does not throw that itself. */
    private void generatorFailed(Scope here, Exception thrown) {
        if (here.cancellation() != null && !(thrown instanceof CancellationException)) {
            report(thrown); // clean-up, which a subscriber that has left would not see either
            here.checkpoint();
        }
        if (!(thrown instanceof RuntimeException)) throw new AwaitException(thrown);
    }

    /** {@return whether what is emitted here is dealt with by code that must run on the current thread} */
    static boolean endsOnThisThread() {
        for (Scope s = Scope.current(); s != null && !(s instanceof CoroutineTask); s = s.parent())
            if (s instanceof PipeScope<?> pipe && pipe.downstream instanceof End end) return end == End.ON_THIS_THREAD;
        return false;
    }

    /** As {@link Emitter#emitAll}, for a cell. */
    static <T> void emitAll(IterationCell<T> values, Emitter<? super T> out) {
        try (values) {
            while (values.awaitNext()) {
                out.awaitDemand();
                out.emit(values.next());
            }
        }
    }

    private static Scope entered() {
        Scope here = Objects.requireNonNull(Scope.current());
        here.checkpoint();
        return here;
    }

    void run(Generator<T> generator) throws Exception {
        if (enough) return;
        prepare();
        try {
            this.<@Nullable Void>call(() -> {
                generator.generate(this);
                return null;
            });
        } catch (Throwable thrown) {
            if (!enough) throw instead(thrown);
            report(thrown);
            unsee(); // a cancellation from outside, which the code after this has not seen
        }
        if (failure != null) throw Failures.<RuntimeException>sneak(failure);
    }

    /** Ends the generator, from any thread, as if the sink had enough. A value that has been emitted is still processed downstream. */
    void stop() {
        enough = true;
        cancel(Cancellation.Reason.REQUESTED, "no more of its values are needed", null);
    }

    /** What ended the generator; an exception of its own that it throws because of that is reported. */
    private RuntimeException instead(Throwable thrown) {
        Throwable cause = failure;
        if (cause == null || cause == thrown) return Failures.sneak(thrown);
        report(thrown);
        return Failures.sneak(cause);
    }

    @Override
    public void emit(T value) {
        if (value == null) throw new NullPointerException("stream: emit(null), but a stream has no nulls");
        TicketLock shared = tickets;
        Scope here = requireInside();
        if (shared == null) {
            pass(here, value);
            return;
        }
        TicketLock.Ticket ticket = shared.take();
        try {
            ticket.await(value);
            pass(here, value);
        } finally {
            ticket.release();
        }
    }

    @Override
    public void awaitDemand() {
        if (tickets != null) return;
        check(requireInside());
        if (asDemanded) demanding.awaitDemand();
    }

    private void check(Scope here) {
        here.checkpoint();
        Cancellation over = cancellation();
        if (over != null) throw Host.get().cancelled(over);
    }

    private Scope requireInside() {
        Scope here = Scope.current();
        if (here == null || !here.isInside(this) || tickets == null && here.task() != task())
            throw refused(tickets != null);
        return here;
    }

    @Override
    public Emitter<T> concurrent() {
        downstream.concurrent();
        if (tickets == null) tickets = new TicketLock(backend());
        return this;
    }

    private void pass(Scope here, T value) {
        checkpoint(here, value);
        try {
            if (handOut(value)) return;
        } catch (Throwable thrown) {
            failure = thrown;
            cancel(Cancellation.Reason.FAILURE, FAILED_BEHIND, thrown);
            Cancellation c = Objects.requireNonNull(cancellation());
            throw Host.get().cancelled(new Cancellation(c.origin(), c.reason(), FAILED_BEHIND, thrown));
        }
        enough = true;
        cancel(Cancellation.Reason.REQUESTED, "nobody wants more of its values", null);
        here.interruptSelf();
    }

    @Override
    protected boolean accept(T value) throws Exception {
        return sink.accept(value);
    }

    /** A shield hides the end of the stream from the generator's code, but not from emit: there is nothing left to emit to. */
    private void checkpoint(Scope here, T value) {
        try {
            check(here);
            if (asDemanded && tickets == null) demanding.awaitDemand();
        } catch (Throwable cancelled) {
            Reports.discard(backend(), here.context(), value);
            throw cancelled;
        }
    }
}
