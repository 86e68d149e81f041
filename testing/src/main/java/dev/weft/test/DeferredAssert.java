package dev.weft.test;

import dev.weft.Deferred;
import dev.weft.Outcome;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a handle.
 *
 * @param <T> the type of its result
 * @since 0.1
 */
public final class DeferredAssert<T extends @Nullable Object> extends AbstractAssert<DeferredAssert<T>, Deferred<T>> {
    DeferredAssert(Deferred<T> actual) {
        super(actual, DeferredAssert.class);
    }

    /**
     * Checks that it has not ended.
     *
     * @return this
     */
    public DeferredAssert<T> isRunning() {
        return is(Deferred.State.RUNNING);
    }

    /**
     * Checks that it has ended, in whatever way.
     *
     * @return this
     */
    public DeferredAssert<T> isDone() {
        isNotNull();
        if (!actual.isDone()) failWithMessage("expected it to have ended, but it still runs");
        return this;
    }

    /**
     * Checks that it was cancelled, and is over.
     *
     * @return this
     */
    public DeferredAssert<T> isCancelled() {
        return is(Deferred.State.CANCELLED);
    }

    /**
     * Checks that it was cancelled with a reason, and is over.
     *
     * @return this
     */
    public DeferredAssert<T> isCancelledBecause(String reason) {
        isCancelled();
        String found = actual.outcome() instanceof Outcome.Cancelled<T> cancelled ? cancelled.reason() : null;
        if (!reason.equals(found))
            failWithMessage("expected it to be cancelled because \"%s\", but the reason is \"%s\"", reason, found);
        return this;
    }

    /**
     * Checks that it has ended with a result.
     *
     * @return this
     */
    public DeferredAssert<T> hasValue(T expected) {
        is(Deferred.State.SUCCEEDED);
        Object found = actual.outcome() instanceof Outcome.Success<T> success ? success.value() : null;
        Assertions.assertThat(found).as("its value").isEqualTo(expected);
        return this;
    }

    /**
     * Checks that it has failed.
     *
     * @return assertions about the failure, which counts as seen
     */
    public AbstractThrowableAssert<?, ? extends Throwable> hasFailure() {
        is(Deferred.State.FAILED);
        Throwable found = actual.outcome() instanceof Outcome.Failure<T> failure ? failure.error() : null;
        return Assertions.assertThat(found);
    }

    private DeferredAssert<T> is(Deferred.State expected) {
        isNotNull();
        Deferred.State found = actual.state();
        if (found == expected) return this;
        AssertionError error = failure("expected it to be %s, but it is %s", expected, found);
        if (found == Deferred.State.FAILED && actual.outcome() instanceof Outcome.Failure<T> failure)
            error.addSuppressed(failure.error());
        throw error;
    }
}
