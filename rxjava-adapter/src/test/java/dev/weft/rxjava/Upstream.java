package dev.weft.rxjava;

import io.reactivex.rxjava3.disposables.Disposable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.reactivestreams.Subscription;

/** What a source hands over, for all of RxJava's protocols; it records what is asked of it. */
final class Upstream implements Disposable, Subscription {
    final List<Long> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger cancels = new AtomicInteger();
    volatile Thread cancelledBy;

    /** Whether it was called while another thread was calling it (rule 2.7). */
    volatile boolean overlapped;

    private final AtomicReference<Thread> inside = new AtomicReference<>();
    private volatile LongConsumer onRequest = count -> {};
    private volatile Runnable onCancel = () -> {};

    Upstream onRequest(LongConsumer action) {
        onRequest = action;
        return this;
    }

    Upstream onCancel(Runnable action) {
        onCancel = action;
        return this;
    }

    @Override
    public void request(long count) {
        requests.add(count);
        serially(() -> onRequest.accept(count));
    }

    @Override
    public void cancel() {
        cancelledBy = Thread.currentThread();
        cancels.incrementAndGet();
        serially(onCancel);
    }

    private void serially(Runnable call) {
        Thread before = inside.getAndSet(Thread.currentThread());
        if (before != null && before != Thread.currentThread()) overlapped = true;
        try {
            call.run();
        } finally {
            inside.set(before);
        }
    }

    @Override
    public void dispose() {
        cancel();
    }

    @Override
    public boolean isDisposed() {
        return cancels.get() > 0;
    }
}
