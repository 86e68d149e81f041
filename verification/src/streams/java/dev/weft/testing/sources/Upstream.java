package dev.weft.testing.sources;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.reactivestreams.Subscription;

/** The subscription that a source passes to a subscriber of the JDK or of Reactive Streams; it records its calls. */
public class Upstream implements Subscription, Flow.Subscription {
    public final List<Long> requests = new CopyOnWriteArrayList<>();
    public final AtomicInteger cancels = new AtomicInteger();
    public volatile Thread cancelledBy;

    private final AtomicReference<Thread> inside = new AtomicReference<>();
    private volatile boolean overlapped;
    private volatile LongConsumer onRequest = count -> {};
    private volatile Runnable onCancel = () -> {};

    public Upstream onRequest(LongConsumer action) {
        onRequest = action;
        return this;
    }

    public Upstream onCancel(Runnable action) {
        onCancel = action;
        return this;
    }

    /** Whether it was called while another thread was calling it (rule 2.7). */
    public boolean overlapped() {
        return overlapped;
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

    /** Counts a call inside another one, on the same thread, as part of that one. */
    private void serially(Runnable call) {
        Thread before = inside.getAndSet(Thread.currentThread());
        if (before != null && before != Thread.currentThread()) overlapped = true;
        try {
            call.run();
        } finally {
            inside.set(before);
        }
    }
}
