package dev.weft.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A subscriber of Reactive Streams that requests and cancels by hand, and records which signals it receives, and where. */
public class StreamRecorder<T> implements Subscriber<T> {
    public final List<Object> trail = new CopyOnWriteArrayList<>();
    public final List<Thread> threads = new CopyOnWriteArrayList<>();

    public volatile Subscription subscription;
    public volatile Throwable error;

    private final CountDownLatch terminal = new CountDownLatch(1);
    private Consumer<Subscription> onSubscribe = s -> {};
    private Consumer<T> onNext = value -> {};
    private Runnable onTerminal = () -> {};

    /** Requests everything at once. */
    public StreamRecorder<T> eager() {
        return onSubscribe(s -> s.request(Long.MAX_VALUE));
    }

    public StreamRecorder<T> onSubscribe(Consumer<Subscription> action) {
        onSubscribe = action;
        return this;
    }

    public StreamRecorder<T> onNext(Consumer<T> action) {
        onNext = action;
        return this;
    }

    public StreamRecorder<T> onTerminal(Runnable action) {
        onTerminal = action;
        return this;
    }

    /** Waits for the terminal signal. */
    public StreamRecorder<T> ended() {
        Latches.await(terminal);
        return this;
    }

    public void request(long count) {
        subscription.request(count);
    }

    public void cancel() {
        subscription.cancel();
    }

    @Override
    public void onSubscribe(Subscription given) {
        record("onSubscribe");
        subscription = given;
        onSubscribe.accept(given);
    }

    @Override
    public void onNext(T value) {
        record(value);
        onNext.accept(value);
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
