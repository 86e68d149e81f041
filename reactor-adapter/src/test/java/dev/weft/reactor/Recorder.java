package dev.weft.reactor;

import dev.weft.testing.Latches;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** A subscriber that requests and cancels by hand, and records what it is told, and where. */
class Recorder<T> implements CoreSubscriber<T> {
    final List<Object> trail = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    volatile Subscription subscription;
    volatile Throwable error;

    private final Context context;
    private final CountDownLatch terminal = new CountDownLatch(1);
    private Consumer<Subscription> onSubscribe = s -> {};
    private Consumer<T> onNext = value -> {};
    private Runnable onTerminal = () -> {};

    Recorder() {
        this(Context.empty());
    }

    Recorder(Context context) {
        this.context = context;
    }

    /** A recorder that requests all at once. */
    static <T> Recorder<T> eager() {
        return new Recorder<T>().onSubscribe(s -> s.request(Long.MAX_VALUE));
    }

    Recorder<T> onSubscribe(Consumer<Subscription> action) {
        onSubscribe = action;
        return this;
    }

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
        subscription.request(count);
    }

    void cancel() {
        subscription.cancel();
    }

    @Override
    public Context currentContext() {
        return context;
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
