package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.Backend;
import dev.weft.spi.Failures;
import dev.weft.spi.Reports;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The await of a callback. Its upstream is the action that aborts the operation. */
final class CallbackCell<T extends @Nullable Object> extends AwaitCell<T> {
    final AtomicBoolean resumed = new AtomicBoolean();
    volatile @Nullable Consumer<? super T> handler;
    private @Nullable CallbackBody<T> body;
    private boolean cancellable;

    /** Whether the operation was aborted by us; written by whoever does it, read by the callback. */
    private volatile boolean aborted;

    CallbackCell(CallbackBody<T> body, Backend backend) {
        super(backend);
        this.body = body;
    }

    @Override
    protected void start() {
        CallbackBody<T> registration = Objects.requireNonNull(body);
        body = null;
        try {
            registration.register(new Completion<>(this));
        } catch (Throwable failure) {
            resumed.set(true);
            if (!fail(failure)) late(failure);
        }
    }

    @Override
    protected void cancelUpstream(Object handle) {
        aborted = true; // before it, since the action itself may call back
        try {
            ((AsyncAction<?>) handle).run();
        } catch (Exception failure) {
            aborted = false;
            throw Failures.thrown(failure);
        }
    }

    @Override
    protected void discardValue(T value) {
        undelivered(value);
    }

    @Override
    protected String operation() {
        return "awaitCallback";
    }

    @Override
    public String waitsFor() {
        return operation() + ": the callback, which has told its Completion nothing";
    }

    void onCancel(AsyncAction<?> action) {
        if (cancellable) throw new IllegalStateException("onCancel is set already");
        cancellable = true;
        attach(action);
    }

    boolean resume(T value) {
        return succeed(value);
    }

    boolean end(Throwable failure) {
        return fail(failure);
    }

    /** The operation's failure, behind the cancellation: if we have aborted it, this is how it says so. */
    void late(Throwable failure) {
        if (aborted && failure instanceof Exception) Reports.echo(failure);
        else refused(failure);
    }

    void drop(Throwable failure) {
        Reports.drop(backend(), carried(), failure);
    }

    void undelivered(T value) {
        if (value == null) return;
        Consumer<? super T> closer = handler;
        if (closer == null) {
            Reports.discard(backend(), carried(), value);
            return;
        }
        try {
            closer.accept(value);
        } catch (Throwable fromHandler) {
            Reports.uncaught(fromHandler);
        }
    }
}
