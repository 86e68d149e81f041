package dev.weft;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import dev.weft.spi.VirtualTime;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The acquisition of a resource, by a coroutine that belongs to no scope, so that the caller can leave at any time.
 *
 * <p>Cancelling a source while it makes something is how resources are lost: what {@code fromCallable} upstream of a
 * {@code subscribeOn} has opened, or an operator of RxJava holds, reaches no hook. So nobody cancels this coroutine.
 * Its handle has the result, and one compare-and-set decides who gets it: the caller, which reads, uses and releases
 * it; or, if the caller has left, it is taken from the handle as soon as it is there, and released in a coroutine of
 * its own. A failure then goes to the dropped-error hook.
 */
final class Acquisition<R> {
    private final AsyncBody<? extends R, ?> acquire;
    private final AsyncConsumer<? super R, ?> release;

    /** What the body threw, as it threw it. */
    private @Nullable Throwable thrown;

    private @Nullable MemberTask<R> acquiring;

    Acquisition(AsyncBody<? extends R, ?> acquire, AsyncConsumer<? super R, ?> release) {
        this.acquire = Objects.requireNonNull(acquire, "acquire");
        this.release = Objects.requireNonNull(release, "release");
    }

    /** Acquires, uses and releases it, in the innermost scope of the current thread. */
    <T extends @Nullable Object> T using(
            Scope scope, @Nullable Duration limit, AsyncFunction<? super R, ? extends T, ?> use) throws Exception {
        R resource = get(limit);
        T result;
        try {
            result = new Scope(scope, scope.backend(), scope.context(), false).call(() -> use.apply(resource));
        } catch (Throwable failure) {
            try {
                release(resource);
            } catch (Throwable fromRelease) {
                if (!Failures.suppress(failure, fromRelease)) scope.drop(fromRelease);
            }
            throw failure;
        }
        try {
            release(resource);
        } catch (Throwable fromRelease) {
            scope.discard(result);
            throw fromRelease;
        }
        return result;
    }

    private R get(@Nullable Duration limit) throws Exception {
        try {
            return limit == null ? acquired() : Async.withTimeout(limit, this::acquired);
        } catch (Throwable failure) {
            MemberTask<R> started = acquiring;
            if (started != null) started.handle.whenDone(() -> releaseUnread(started));
            throw failure;
        }
    }

    private R acquired() throws Exception {
        Async.checkpoint();
        MemberTask<R> started = new Coroutine<R>(this::acquire, CoroutineOptions.NONE).startIn(null);
        VirtualTime.followBeside(started);
        acquiring = started;
        try {
            return started.handle.await();
        } catch (Throwable failure) {
            if (!(started.handle.settled() instanceof Outcome.Failure<R> own)
                    || own.error() != Host.get().unwrap(failure)) throw failure;
            acquiring = null;
            Throwable asThrown = thrown;
            throw asThrown != null && Host.get().unwrap(asThrown) == own.error()
                    ? Failures.<Exception>sneak(asThrown)
                    : Failures.<Exception>sneak(failure);
        }
    }

    private R acquire() throws Exception {
        try {
            return Objects.requireNonNull(acquire.run(), "acquire gave null");
        } catch (Throwable failure) {
            thrown = failure;
            throw failure;
        }
    }

    private void release(R resource) throws Exception {
        Async.shielded(asAction(resource));
    }

    private AsyncAction<Exception> asAction(R resource) {
        return () -> release.accept(resource);
    }

    @SuppressWarnings("unchecked")
    private void releaseUnread(MemberTask<R> over) {
        Throwable failure = over.handle.unobservedFailure();
        if (failure != null) {
            over.handle.observe();
            over.drop(failure);
        }
        Object late = over.handle.take();
        if (late == null) return;
        Callable<@Nullable Void> releasing = Async.asCallable(asAction((R) late));
        var started = new Coroutine<@Nullable Void>(releasing, CoroutineOptions.NONE).startIn(null);
        VirtualTime.followBeside(started);
        started.handle.whenComplete((nothing, fromRelease) -> {
            if (fromRelease != null) over.drop(fromRelease);
        });
    }
}
