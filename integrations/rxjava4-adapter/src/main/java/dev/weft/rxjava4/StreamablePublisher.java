package dev.weft.rxjava4;

import dev.weft.spi.Failures;
import dev.weft.spi.SchedulePoint;
import io.reactivex.rxjava4.core.Streamable;
import io.reactivex.rxjava4.core.Streamer;
import io.reactivex.rxjava4.disposables.CompositeDisposable;
import io.reactivex.rxjava4.disposables.Disposable;
import io.reactivex.rxjava4.disposables.DisposableContainer;
import io.reactivex.rxjava4.plugins.RxJavaPlugins;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A {@code Streamable} for this adapter's subscribers: for each value that they request, its streamer is asked for one. */
record StreamablePublisher<T>(Streamable<T> streamable) implements Flow.Publisher<T> {
    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        var cancellation = new CompositeDisposable();
        Streamer<T> streamer = Objects.requireNonNull(streamable.stream(cancellation), "the streamer is null");
        subscriber.onSubscribe(new StreamerSubscription<>(subscriber, streamer, cancellation));
    }
}

/**
 * Asks a streamer for one value after the other, while there is demand.
 *
 * <p>The thread that raises {@code demand} from 0 pulls until it is 0 again: so one thread at a time asks the streamer
 * and signals, and each sees what the one before it has written. A cancellation raises it for good; the thread that
 * pulls then finishes the streamer, once, when what it was last asked for has been answered.
 */
final class StreamerSubscription<T> implements Flow.Subscription {
    private final Flow.Subscriber<? super T> subscriber;
    private final Streamer<T> streamer;
    private final CompositeDisposable cancellation;
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled;

    StreamerSubscription(
            Flow.Subscriber<? super T> subscriber, Streamer<T> streamer, CompositeDisposable cancellation) {
        this.subscriber = subscriber;
        this.streamer = streamer;
        this.cancellation = cancellation;
    }

    @Override
    public void request(long count) {
        SchedulePoint.pass();
        if (demand.getAndUpdate(now -> now + count < 0 ? Long.MAX_VALUE : now + count) == 0) pull();
    }

    @Override
    public void cancel() {
        SchedulePoint.pass();
        cancelled = true;
        SchedulePoint.pass();
        try {
            cancellation.dispose();
        } finally {
            request(1);
        }
    }

    /** A loop, since a streamer may have all its values ready. */
    private void pull() {
        boolean answered;
        do {
            SchedulePoint.pass();
            if (cancelled) {
                finish(null);
                return;
            }
            answered = ask();
        } while (answered);
    }

    /** {@return whether to go on, on this thread; else there is nothing to do, or the thread that answers goes on} */
    private boolean ask() {
        var met = new AtomicBoolean(); // set when it was asked, and when it has answered: what comes second goes on
        try {
            CompletableFuture<Boolean> next = streamer.next(cancellation).toCompletableFuture();
            Disposable cancelling = Disposable.fromFuture(next, true);
            cancellation.add(cancelling); // as RxJava's own await of a stage does
            next.whenComplete((more, failure) -> {
                cancellation.delete(cancelling);
                if (!answer(more, failure)) return;
                SchedulePoint.pass();
                if (met.getAndSet(true)) pull();
            });
        } catch (Throwable thrown) {
            finish(thrown);
            return false;
        }
        SchedulePoint.pass();
        return met.getAndSet(true);
    }

    /** {@return whether there is more demand} */
    private boolean answer(@Nullable Boolean more, @Nullable Throwable failure) {
        if (failure != null || !Boolean.TRUE.equals(more)) {
            finish(failure);
            return false;
        }
        try {
            subscriber.onNext(streamer.current());
        } catch (Throwable thrown) {
            finish(thrown);
            return false;
        }
        SchedulePoint.pass();
        return demand.decrementAndGet() != 0;
    }

    private void finish(@Nullable Throwable failure) {
        try {
            CompletionStage<Void> finished = streamer.finish(DisposableContainer.NEVER);
            finished.whenComplete((nothing, thrown) -> end(failure, thrown));
        } catch (Throwable thrown) {
            end(failure, thrown);
        }
    }

    private void end(@Nullable Throwable failure, @Nullable Throwable ofFinish) {
        Throwable first = real(failure);
        Throwable second = real(ofFinish);
        if (cancelled) {
            late(first);
            late(second);
        } else if (first == null && second == null) {
            subscriber.onComplete();
        } else if (first == null) {
            subscriber.onError(second);
        } else {
            if (second != null) Failures.suppress(first, second);
            subscriber.onError(first);
        }
    }

    /** Nobody is there to be told. What only echoes the cancellation is nothing new. */
    private static void late(@Nullable Throwable failure) {
        if (failure != null && !Failures.isEcho(failure)) RxJavaPlugins.onError(failure);
    }

    /** A stage that depends on another one has its failure in a carrier. */
    private static @Nullable Throwable real(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? Failures.cause(failure) : null;
        return cause == null ? failure : cause;
    }
}
