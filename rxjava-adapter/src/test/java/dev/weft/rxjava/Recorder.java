package dev.weft.rxjava;

import dev.weft.testing.Latches;
import io.reactivex.rxjava3.core.CompletableObserver;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.disposables.Disposable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;

/**
 * An observer of any of RxJava's types that requests and disposes by hand, and records the signals it receives, and
 * where.
 */
final class Recorder<T>
        implements SingleObserver<T>, MaybeObserver<T>, CompletableObserver, Observer<T>, FlowableSubscriber<T> {
    final List<Object> trail = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    volatile Object handle;
    volatile Throwable error;

    private final CountDownLatch terminal = new CountDownLatch(1);
    private Consumer<Recorder<T>> onSubscribe = r -> {};
    private Consumer<T> onNext = value -> {};
    private Runnable onTerminal = () -> {};

    /** A recorder that requests all at once. */
    static <T> Recorder<T> eager() {
        return new Recorder<T>().onSubscribe(r -> r.request(Long.MAX_VALUE));
    }

    Recorder<T> onSubscribe(Consumer<Recorder<T>> action) {
        onSubscribe = action;
        return this;
    }

    /** For the values, of a stream or of a source of one. */
    Recorder<T> onNext(Consumer<T> action) {
        onNext = action;
        return this;
    }

    Recorder<T> onTerminal(Runnable action) {
        onTerminal = action;
        return this;
    }

    /** Waits for the terminal signal. */
    Recorder<T> ended() {
        Latches.await(terminal);
        return this;
    }

    void request(long count) {
        ((Subscription) handle).request(count);
    }

    void cancel() {
        if (handle instanceof Subscription subscription) subscription.cancel();
        else ((Disposable) handle).dispose();
    }

    boolean isDisposed() {
        return ((Disposable) handle).isDisposed();
    }

    @Override
    public void onSubscribe(Subscription given) {
        given((Object) given);
    }

    @Override
    public void onSubscribe(Disposable given) {
        given(given);
    }

    @Override
    public void onNext(T value) {
        record(value);
        onNext.accept(value);
    }

    @Override
    public void onSuccess(T value) {
        record(value);
        terminal.countDown();
        onNext.accept(value);
        onTerminal.run();
    }

    @Override
    public void onError(Throwable failure) {
        error = failure;
        end("onError");
    }

    @Override
    public void onComplete() {
        end("onComplete");
    }

    private void given(Object given) {
        record("onSubscribe");
        handle = given;
        onSubscribe.accept(this);
    }

    private void end(String signal) {
        record(signal);
        terminal.countDown();
        onTerminal.run();
    }

    private void record(Object signal) {
        threads.add(Thread.currentThread());
        trail.add(signal);
    }
}
