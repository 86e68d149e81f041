package dev.weft;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The scope of a body that runs on a dispatcher, as its only member, while the code around waits for its end. */
final class DispatchedScope<T extends @Nullable Object> extends Scope {
    private final Callable<? extends T> body;
    private @Nullable Handle<T> member;

    /** As the body threw it; written by the member, read by the code around when the member has ended. */
    private @Nullable Throwable thrown;

    DispatchedScope(Scope parent, Callable<? extends T> body) {
        super(parent, parent.backend(), parent.context(), false);
        this.body = body;
    }

    T on(CoroutineOptions options) throws Exception {
        try {
            this.<@Nullable Void>call(() -> {
                member = new Coroutine<T>(this::recorded, options).startIn(this).handle;
                return null;
            });
            return Objects.requireNonNull(outcome(), "the member outlived its scope")
                    .getOrThrow();
        } catch (Throwable failure) {
            throw asThrown(failure);
        }
    }

    @Override
    protected boolean handsOutResults() {
        return false;
    }

    @Override
    protected boolean memberFailed(Throwable failure) {
        return true;
    }

    private @Nullable Outcome<T> outcome() {
        return member == null ? null : member.observe();
    }

    private T recorded() throws Exception {
        try {
            return body.call();
        } catch (Throwable failure) {
            thrown = failure;
            throw failure;
        }
    }

    /**
     * What the body threw, as it threw it; the failure of something that it started, as an await would throw it; the
     * cancellation of the code around, with the failure that came after it.
     */
    private Exception asThrown(Throwable failure) {
        Throwable real = Host.get().unwrap(failure);
        if (outcome() instanceof Outcome.Failure<T> ended && ended.error() != real)
            suppressOrDrop(failure, ended.error());
        Throwable original = thrown;
        Throwable whole = original != null && Host.get().unwrap(original) == real ? original : failure;
        if (whole instanceof Error error) throw error;
        return (Exception) whole;
    }
}
