package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import dev.weft.spi.VirtualTime;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The acquisition of a resource, by a coroutine or a source that belongs to no scope, so that the caller can leave at
 * any time.
 *
 * <p>Cancelling a source while it makes something is how resources are lost: what {@code fromCallable} upstream of a
 * {@code subscribeOn} has opened, or an operator of RxJava holds, reaches no hook. So nobody cancels the acquisition.
 * Its handle has the result, and one compare-and-set decides who gets it: the caller, which reads, uses and releases
 * it; or, if the caller has left, it is taken from the handle as soon as it is there, and released in a coroutine of
 * its own. A failure then goes to the dropped-error hook.
 */
final class Acquisition<R> {
    private final Function<Scope, Handle<R>> start;

    /** How the release begins of what has come too late for the caller. */
    private final CoroutineOptions releasing;

    private final AsyncConsumer<? super R, ?> release;

    /** What the body threw, as it threw it. */
    private @Nullable Throwable thrown;

    private @Nullable Handle<R> acquiring;

    /** By a body, in a coroutine. */
    Acquisition(AsyncBody<? extends R, ?> acquire, AsyncConsumer<? super R, ?> release) {
        Objects.requireNonNull(acquire, "acquire");
        this.start = scope -> started(acquire);
        this.releasing = CoroutineOptions.NONE;
        this.release = Objects.requireNonNull(release, "release");
    }

    /**
     * From a source, without a coroutine. It ends on a foreign thread, perhaps a coroutine's: neither that one's
     * thread-locals nor its dispatcher are the caller's.
     */
    Acquisition(AwaitCell<R> acquire, AsyncConsumer<? super R, ?> release) {
        this.start = scope -> DetachedMember.startedBeside(scope, acquire);
        this.releasing = CoroutineOptions.AFRESH.on(CoroutineOptions.onVirtualThreads());
        this.release = Objects.requireNonNull(release, "release");
    }

    /** Acquires, uses and releases it, in the innermost scope of the current thread. */
    <T extends @Nullable Object> T using(
            Scope scope, @Nullable Duration limit, AsyncFunction<? super R, ? extends T, ?> use) throws Exception {
        R resource = get(scope, limit);
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

    private R get(Scope scope, @Nullable Duration limit) throws Exception {
        try {
            return limit == null ? acquired(scope) : Async.withTimeout(limit, () -> acquired(scope));
        } catch (Throwable failure) {
            Handle<R> started = acquiring;
            if (started != null) started.whenDone(() -> releaseUnread(scope, started));
            throw failure;
        }
    }

    private R acquired(Scope scope) throws Exception {
        Async.checkpoint();
        Handle<R> started = start.apply(scope);
        acquiring = started;
        try {
            return started.await();
        } catch (Throwable failure) {
            if (!(started.settled() instanceof Outcome.Failure<R> own)
                    || own.error() != Host.get().unwrap(failure)) throw failure;
            acquiring = null;
            Throwable asThrown = thrown;
            throw asThrown != null && Host.get().unwrap(asThrown) == own.error()
                    ? Failures.<Exception>sneak(asThrown)
                    : Failures.<Exception>sneak(failure);
        }
    }

    private Handle<R> started(AsyncBody<? extends R, ?> body) {
        MemberTask<R> started = new Coroutine<R>(() -> acquire(body), CoroutineOptions.NONE).startIn(null);
        VirtualTime.followBeside(started);
        return started.handle;
    }

    private R acquire(AsyncBody<? extends R, ?> body) throws Exception {
        try {
            return Objects.requireNonNull(body.run(), "acquire gave null");
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

    /** Runs where the acquisition ends. */
    @SuppressWarnings("unchecked")
    private void releaseUnread(Scope scope, Handle<R> over) {
        Throwable failure = over.unobservedFailure();
        if (failure != null) {
            over.observe();
            scope.drop(failure);
        }
        Object late = over.take();
        if (late == null) return;
        Callable<@Nullable Void> body = Async.asCallable(asAction((R) late));
        var started = new MemberTask<@Nullable Void>(null, scope.backend(), scope.context(), releasing, body);
        started.start();
        VirtualTime.followBeside(started);
        started.handle.whenComplete((nothing, fromRelease) -> {
            if (fromRelease != null) scope.drop(fromRelease);
        });
    }
}
