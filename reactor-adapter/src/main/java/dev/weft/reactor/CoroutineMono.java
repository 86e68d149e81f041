package dev.weft.reactor;

import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.SubscriberTask;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/** A {@code Mono} that runs a body in a coroutine for each subscriber. */
final class CoroutineMono<T> extends Mono<T> {
    private final Callable<? extends @Nullable T> body;
    private final CoroutineOptions options;

    private CoroutineMono(Callable<? extends @Nullable T> body, CoroutineOptions options) {
        this.body = body;
        this.options = options.madeHere();
    }

    static <T> Mono<T> of(Callable<? extends @Nullable T> body, CoroutineOptions options) {
        return onAssembly(new CoroutineMono<T>(Objects.requireNonNull(body, "body"), options));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> downstream) {
        var task = new MonoTask<T>(downstream, options, body);
        downstream.onSubscribe(task);
        task.start();
    }
}

/**
 * A coroutine that a subscriber to a {@code Mono} waits for, and its subscription. A result that comes before the first request
 * waits for it and is then delivered by the requesting thread.
 */
final class MonoTask<T> extends SubscriberTask<@Nullable T, CoreSubscriber<? super T>> implements Subscription {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<MonoTask> DEMAND =
            AtomicIntegerFieldUpdater.newUpdater(MonoTask.class, "demand");

    private static final int NONE = 0;
    private static final int REQUESTED = 1;
    private static final int RESULT_WAITS = 2;
    private static final int OVER = 3;

    private volatile int demand;

    /** Written by the coroutine before RESULT_WAITS, taken by the thread that leaves that state. */
    private @Nullable T result;

    MonoTask(CoreSubscriber<? super T> downstream, CoroutineOptions options, Callable<? extends @Nullable T> body) {
        super(downstream, ReactorBackend.INSTANCE, new ReactorContext(downstream.currentContext()), options, body);
    }

    @Override
    public void request(long count) {
        if (count <= 0) refuse(count);
        if (!advance(NONE, REQUESTED) && advance(RESULT_WAITS, OVER)) deliverGuarded();
    }

    @Override
    public void cancel() {
        forget();
        SchedulePoint.pass();
        if (DEMAND.getAndSet(this, OVER) == RESULT_WAITS) deliver();
        super.cancel();
    }

    @Override
    protected void succeeded(@Nullable T value) {
        if (value == null) {
            complete();
            return;
        }
        result = value;
        if (!advance(NONE, RESULT_WAITS)) deliver();
    }

    @Override
    protected void fail(CoreSubscriber<? super T> subscriber, Throwable failure) {
        subscriber.onError(failure);
    }

    @Override
    protected Throwable unwrap(Throwable failure) {
        return super.unwrap(Exceptions.unwrap(failure));
    }

    private boolean advance(int from, int to) {
        SchedulePoint.pass();
        return DEMAND.compareAndSet(this, from, to);
    }

    /** Delivers the result, unless the subscriber has cancelled or has broken rule 3.9. */
    private void deliver() {
        CoreSubscriber<? super T> subscriber = refused() == null ? downstream() : null;
        T value = result;
        result = null;
        if (subscriber == null || value == null) {
            discard(value);
            reject();
            return;
        }
        try {
            subscriber.onNext(value);
        } catch (Throwable fromSubscriber) {
            forget();
            throw fromSubscriber;
        }
        complete();
    }

    /** On the requesting thread, which is not ours: what the subscriber throws must not reach it. */
    private void deliverGuarded() {
        try {
            deliver();
        } catch (Throwable fromSubscriber) {
            drop(fromSubscriber);
        }
    }

    private void complete() {
        CoreSubscriber<? super T> subscriber = forget();
        if (subscriber != null) subscriber.onComplete();
    }

    /**
     * The refusal is signalled when this ends: by the coroutine, or by the requesting thread if the result already
     * waits.
     */
    private void reject() {
        CoreSubscriber<? super T> subscriber = forget();
        IllegalArgumentException refused = refused();
        if (refused != null && subscriber != null) subscriber.onError(refused);
    }
}
