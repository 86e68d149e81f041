package dev.weft.tck;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A subscriber that requests and cancels by hand, and records the signals that it receives. */
final class Recorder implements Flow.Subscriber<Object> {
    static final String SUBSCRIBED = "onSubscribe";
    static final String COMPLETED = "onComplete";
    static final String FAILED = "onError";

    /** The names of the signals, and the values themselves. */
    final List<Object> trail = new CopyOnWriteArrayList<>();

    private final Patience patience;
    private final Consumer<Flow.Subscription> onSubscribe;
    private final CountDownLatch terminal = new CountDownLatch(1);
    private volatile Flow.@Nullable Subscription subscription;
    private volatile @Nullable Throwable failure;

    Recorder(Patience patience, Consumer<Flow.Subscription> onSubscribe) {
        this.patience = patience;
        this.onSubscribe = onSubscribe;
    }

    /** A recorder that requests everything at once. */
    static Recorder eager(Patience patience) {
        return new Recorder(patience, subscription -> subscription.request(Long.MAX_VALUE));
    }

    /** A recorder that requests nothing by itself. */
    static Recorder patient(Patience patience) {
        return new Recorder(patience, subscription -> {});
    }

    void request(long count) {
        subscription().request(count);
    }

    void cancel() {
        subscription().cancel();
    }

    Recorder ended() {
        patience.await(terminal, "the subscriber received neither the end nor a failure, but only " + trail);
        return this;
    }

    boolean hasEnded() {
        return terminal.getCount() == 0;
    }

    /** Waits until this many values have arrived. */
    Recorder values(int count) {
        patience.until(
                count + " values were requested and did not come, but only " + trail, () -> values().size() >= count);
        return this;
    }

    List<Object> values() {
        return trail.stream()
                .filter(signal -> signal != SUBSCRIBED && signal != COMPLETED && signal != FAILED)
                .toList();
    }

    /** What onError was called with. */
    Throwable failure() {
        ended();
        Throwable told = failure;
        if (told == null) throw new AssertionError("the subscriber received " + trail + " instead of a failure");
        return told;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        trail.add(SUBSCRIBED);
        subscription = given;
        onSubscribe.accept(given);
    }

    @Override
    public void onNext(Object value) {
        trail.add(value);
    }

    @Override
    public void onError(Throwable told) {
        failure = told;
        trail.add(FAILED);
        terminal.countDown();
    }

    @Override
    public void onComplete() {
        trail.add(COMPLETED);
        terminal.countDown();
    }

    private Flow.Subscription subscription() {
        patience.until("onSubscribe was not called", () -> subscription != null);
        return Objects.requireNonNull(subscription);
    }
}
