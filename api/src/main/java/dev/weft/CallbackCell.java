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
        try {
            ((AsyncAction<?>) handle).run();
        } catch (Exception failure) {
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

    void late(Throwable failure) {
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
