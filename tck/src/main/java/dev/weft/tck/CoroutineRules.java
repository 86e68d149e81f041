package dev.weft.tck;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineOptions;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 4: coroutines as sources of one value, {@code Backend.createOne}. */
abstract class CoroutineRules extends Fixture {
    CoroutineRules(BackendContract contract) {
        super(contract);
    }

    // --- what it is

    @Test
    void rule401_theSourceIsOfTheTypeAskedFor() {
        Object source = created(() -> "value");
        require(sources.one().isInstance(source), "asked for " + sources.one() + ", it made a " + source.getClass());
    }

    @Test
    void rule402_nothingRunsBeforeTheSubscription() {
        needCold();
        var runs = new AtomicInteger();
        Object source = created(runs::incrementAndGet);
        requireEqual(0, runs.get(), "the number of runs before a subscription");
        Recorder recorder = listen(source).ended();
        requireEqual(List.of(1), recorder.values(), "what the first subscriber gets");
    }

    @Test
    void rule403_eachSubscriptionRunsACoroutineOfItsOwn() {
        needCold();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Object source = created(() -> threads.add(Thread.currentThread()));
        listen(source).ended();
        listen(source).ended();
        requireEqual(2, threads.size(), "the number of coroutines of two subscriptions");
    }

    @Test
    void rule404_theBodyRunsOnAVirtualThreadOfItsOwn() {
        var thread = new AtomicReference<@Nullable Thread>();
        listen(created(() -> {
                    thread.set(Thread.currentThread());
                    return "value";
                }))
                .ended();
        Thread used = thread.get();
        require(used != null && used.isVirtual(), "the body ran on " + used + ", which is not virtual");
        require(used != Thread.currentThread(), "the body ran on the thread that subscribed");
    }

    @Test
    void rule405_insideTheBackendIsSelected() {
        Recorder recorder = listen(created(() -> Async.backend().id())).ended();
        requireEqual(List.of(backend.id()), recorder.values(), "the backend that is selected inside");
    }

    // --- signals

    @Test
    void rule406_theSubscriberIsToldTheValueAndTheEndOnce() {
        var value = new Token("value");
        var thread = new AtomicReference<@Nullable Thread>();
        Recorder recorder = listen(created(() -> {
                    thread.set(Thread.currentThread());
                    return value;
                }))
                .ended();
        patience.until("the coroutine has not ended", () -> isOver(thread.get()));
        requireEqual(
                List.of(Recorder.SUBSCRIBED, value, Recorder.COMPLETED),
                recorder.trail,
                "what the subscriber receives");
    }

    @Test
    void rule407_aResultWaitsForDemand() {
        var value = new Token("value");
        var thread = new AtomicReference<@Nullable Thread>();
        Recorder recorder = Recorder.patient(patience);
        subscribe(
                created(() -> {
                    thread.set(Thread.currentThread());
                    return value;
                }),
                recorder);
        patience.until("the coroutine neither ends nor waits", () -> isAtRest(thread.get()));
        requireEqual(List.of(), recorder.values(), "what a subscriber that has requested nothing gets");
        recorder.request(1);
        requireEqual(List.of(value), recorder.ended().values(), "what a subscriber that has requested one gets");
    }

    @Test
    void rule408_nullIsEmptyOrAnErrorThatSaysSo() {
        Recorder recorder = listen(created(() -> null)).ended();
        requireEqual(List.of(), recorder.values(), "the values of a body that returns null");
        if (recorder.trail.contains(Recorder.FAILED))
            requireThrown(NullPointerException.class, recorder.failure(), "what null leads to where there is no empty");
    }

    @Test
    void rule409_aFailureKeepsItsIdentity() {
        for (Throwable failure : List.of(new IllegalStateException("unchecked"), new IOException("checked")))
            requireSame(failure, listen(created(() -> raise(failure))).failure(), "what the subscriber receives");
    }

    @Test
    void rule410_anErrorKeepsItsIdentity() {
        var failure = new AssertionError("failure");
        requireSame(failure, listen(created(() -> raise(failure))).failure(), "what the subscriber receives");
    }

    @Test
    void rule411_aFailureThatWasAwaitedLosesItsCarrier() {
        var failure = new IOException("failure");
        Object failed = failed(failure);
        Object source = created(() -> backend.one(failed, AwaitMode.MAYBE).await());
        requireSame(failure, listen(source).failure(), "what the subscriber receives");
    }

    // --- cancellation

    @Test
    void rule412_cancellingTheSubscriptionCancelsTheCoroutine() {
        Later later = coldLater();
        var thread = new AtomicReference<@Nullable Thread>();
        var ended = new CountDownLatch(1);
        Recorder recorder = listen(created(() -> {
            thread.set(Thread.currentThread());
            try {
                return backend.one(later.source(), AwaitMode.MAYBE).await();
            } finally {
                ended.countDown();
            }
        }));
        patience.until("the body does not wait", () -> later.subscriptions() > 0 && isAtRest(thread.get()));
        recorder.cancel();
        patience.await(ended, "the coroutine still waits after its subscription was cancelled");
        requireCancelledOnce(later.cancellations(), "when the coroutine was");
    }

    @Test
    void rule413_cancellingNeverWaits() {
        var stubborn = new Stubborn(() -> "late");
        Recorder recorder = listen(created(stubborn));
        stubborn.started();
        try {
            patience.run(Thread.ofPlatform(), "cancelling the subscription waits for the coroutine", recorder::cancel);
        } finally {
            stubborn.release();
        }
    }

    @Test
    void rule414_aResultThatLostGoesToTheDiscardHook() {
        var late = new Token("late");
        cancelledWhileRunning(() -> late);
        patience.until("the result of a cancelled coroutine reached no discard hook", () -> hooks.discards(late) > 0);
        hooks.requireDiscarded(late, "was the result of a cancelled coroutine and");
    }

    @Test
    void rule415_aFailureThatLostGoesToTheErrorHook() {
        var late = new IllegalStateException("late");
        cancelledWhileRunning(() -> {
            try {
                Async.checkpoint();
            } catch (CancelledException seen) {
                // without having seen that, a failure may only be a blocking call's answer to an interrupt
            }
            return raise(late);
        });
        patience.until("the failure of a cancelled coroutine reached no error hook", () -> hooks.drops(late) > 0);
        hooks.requireDropped(late, "was that of a cancelled coroutine and");
    }

    @Test
    void rule416_aCancelledSubscriptionIsToldNothing() {
        Recorder recorder = cancelledWhileRunning(() -> new Token("late"));
        requireEqual(List.of(Recorder.SUBSCRIBED), recorder.trail, "what a subscriber that has cancelled receives");
    }

    @Test
    void rule417_aSubscriptionCancelledAtOnceRunsNothing() {
        needCold();
        var runs = new AtomicInteger();
        Object source = created(runs::incrementAndGet);
        subscribe(source, new Recorder(patience, Flow.Subscription::cancel));
        listen(source).ended();
        requireEqual(
                1, runs.get(), "the number of runs for one subscriber that cancels in onSubscribe and one that stays");
    }

    @Test
    void rule418_aSubscriberMayHoldAMonitor() {
        var monitor = new Monitor();
        var value = new Token("value");
        Recorder told = Recorder.patient(patience);
        Object source = created(() -> {
            monitor.enter();
            return value;
        });
        signal(() -> monitor.hold(() -> {
            subscribe(source, told);
            told.request(1);
        }));
        requireEqual(List.of(value), told.ended().values(), "what a subscriber that requests with a monitor held gets");
        var stubborn = new Stubborn(() -> value);
        Recorder gone = listen(created(stubborn));
        stubborn.started();
        signal(() -> monitor.hold(gone::cancel));
        stubborn.release();
        signal(monitor::enter);
    }

    private Object created(Callable<? extends @Nullable Object> body) {
        return backend.createOne(body, CoroutineOptions.NONE, sources.one());
    }

    /** Runs a coroutine that is cancelled and nevertheless goes on to its end; its thread has ended when this returns. */
    private Recorder cancelledWhileRunning(Callable<Object> end) {
        var stubborn = new Stubborn(end);
        Recorder recorder = listen(created(stubborn));
        stubborn.started();
        recorder.cancel();
        stubborn.release();
        return recorder;
    }

    private static Object raise(Throwable failure) throws Exception {
        if (failure instanceof Error error) throw error;
        throw (Exception) failure;
    }

    /** A body that ignores its cancellation: it goes on when it is released. */
    private final class Stubborn implements Callable<Object> {
        private final Callable<Object> end;
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile @Nullable Thread thread;

        Stubborn(Callable<Object> end) {
            this.end = end;
        }

        @Override
        public Object call() throws Exception {
            thread = Thread.currentThread();
            started.countDown();
            while (released.getCount() > 0) awaitRelease();
            return end.call();
        }

        private void awaitRelease() {
            try {
                released.await();
            } catch (InterruptedException unheeded) {
                // it ignores that too
            }
        }

        void started() {
            patience.await(started, "the body did not run");
        }

        /** Lets the body end, and waits until its thread has ended. */
        void release() {
            released.countDown();
            patience.until("the coroutine has not ended", () -> isOver(thread));
        }
    }
}
