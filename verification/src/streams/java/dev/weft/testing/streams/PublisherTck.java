package dev.weft.testing.streams;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import dev.weft.testing.Latches;
import dev.weft.testing.StreamRecorder;
import dev.weft.testing.Watched;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.TestEnvironment.ManualSubscriberWithSubscriptionSupport;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * The Reactive Streams TCK for a publisher of Weft with the values 0, 1, 2, …; the rules that it leaves untested are
 * tested here.
 */
public abstract class PublisherTck extends PublisherVerification<Long> implements Library {
    /** How long a signal may take on a busy machine; nothing waits that long unless it fails. */
    static final long PATIENCE = 10_000;

    /** How long the kit waits to see that no signal comes. */
    static final long SILENCE = 40;

    private final TestEnvironment environment;
    private WatchedHooks hooks;

    protected PublisherTck() {
        this(new TestEnvironment(PATIENCE, SILENCE, SILENCE));
    }

    private PublisherTck(TestEnvironment environment) {
        super(environment);
        this.environment = environment;
    }

    @BeforeMethod
    public void openHooks() {
        hooks = hooks();
    }

    @AfterMethod
    public void closeHooks() {
        hooks.close();
    }

    /** As many elements as a test needs and the publisher can emit. */
    private long atMost(long elements) {
        return Math.min(elements, maxElementsFromPublisher());
    }

    /** What a recorder sees of a publisher of this many elements. */
    private static List<Object> whole(long elements) {
        List<Object> trail = new ArrayList<>(List.of("onSubscribe"));
        LongStream.range(0, elements).forEach(trail::add);
        trail.add("onComplete");
        return trail;
    }

    @Override
    @Test
    public void untested_spec106_mustConsiderSubscriptionCancelledAfterOnErrorOrOnCompleteHasBeenCalled() {
        for (Publisher<Long> publisher : List.of(createPublisher(atMost(1)), createFailedPublisher())) {
            var recorder = this.<Long>recorder().eager();
            publisher.subscribe(recorder);
            recorder.ended();
            List<Object> trail = List.copyOf(recorder.trail);
            recorder.request(1);
            recorder.request(0);
            recorder.cancel();
            recorder.request(1);
            environment.verifyNoAsyncErrors();
            assertEquals(recorder.trail, trail);
        }
    }

    @Override
    @Test
    public void untested_spec107_mustNotEmitFurtherSignalsOnceOnErrorHasBeenSignalled() {
        var recorder = this.<Long>recorder();
        createFailedPublisher().subscribe(recorder);
        recorder.ended().request(Long.MAX_VALUE);
        environment.verifyNoAsyncErrors();
        assertEquals(recorder.trail, List.of("onSubscribe", "onError"));
    }

    @Override
    @Test
    public void untested_spec108_possiblyCanceledSubscriptionShouldNotReceiveOnErrorOrOnCompleteSignals() {
        for (Publisher<Long> publisher : List.of(createPublisher(atMost(1)), createFailedPublisher())) {
            var recorder = this.<Long>recorder().onSubscribe(s -> s.cancel());
            publisher.subscribe(recorder);
            environment.verifyNoAsyncErrors();
            assertEquals(recorder.trail, List.of("onSubscribe"));
        }
        if (atMost(1) == 0) return;
        var valued = new CountDownLatch(1);
        var recorder = this.<Long>recorder().eager();
        recorder.onNext(value -> {
            recorder.cancel();
            valued.countDown();
        });
        createPublisher(1).subscribe(recorder);
        Latches.await(valued);
        environment.verifyNoAsyncErrors();
        assertEquals(recorder.trail, List.of("onSubscribe", 0L));
    }

    @Override
    @Test
    public void untested_spec109_subscribeShouldNotThrowNonFatalThrowable() {
        var recorder = this.<Long>recorder();
        createFailedPublisher().subscribe(recorder);
        recorder.ended();
        assertEquals(recorder.trail, List.of("onSubscribe", "onError"));
        assertEquals(recorder.threads.getFirst(), Thread.currentThread());
    }

    /** A subscriber that subscribes twice must cancel the second subscription (2.5), and the first is not affected. */
    @Override
    @Test
    public void untested_spec110_rejectASubscriptionRequestIfTheSameSubscriberSubscribesTwice() {
        long elements = atMost(3);
        var subscribed = new AtomicBoolean();
        var recorder = this.<Long>recorder().onSubscribe(s -> {
            if (subscribed.getAndSet(true)) s.cancel();
            else s.request(Long.MAX_VALUE);
        });
        Publisher<Long> publisher = createPublisher(elements);
        publisher.subscribe(recorder);
        publisher.subscribe(recorder);
        recorder.ended();
        environment.verifyNoAsyncErrors();
        List<Object> trail = new ArrayList<>(recorder.trail);
        assertTrue(trail.subList(1, trail.size()).remove("onSubscribe"));
        assertEquals(trail, whole(elements));
    }

    @Override
    @Test
    public void untested_spec304_requestShouldNotPerformHeavyComputations() {
        whileTheSubscriberIsBusy(recorder -> {
            recorder.request(1);
            recorder.request(Long.MAX_VALUE);
        });
    }

    @Override
    @Test
    public void untested_spec305_cancelMustNotSynchronouslyPerformHeavyComputation() {
        whileTheSubscriberIsBusy(recorder -> {
            recorder.cancel();
            recorder.cancel();
        });
    }

    /** Checks that a call returns without a signal except the one that the subscriber is still busy with. */
    private void whileTheSubscriberIsBusy(Consumer<StreamRecorder<Long>> call) {
        var busy = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var recorder = this.<Long>recorder().eager();
        recorder.onNext(value -> {
            busy.countDown();
            Latches.await(release);
        });
        recorder.onTerminal(() -> {
            busy.countDown();
            Latches.await(release);
        });
        createPublisher(atMost(1)).subscribe(recorder);
        Latches.await(busy);
        List<Object> trail = List.copyOf(recorder.trail);
        call.accept(recorder);
        assertEquals(recorder.trail, trail);
        release.countDown();
    }

    @Override
    @Test
    public void required_spec309_requestZeroMustSignalIllegalArgumentException() throws Throwable {
        activePublisherTest(10, false, publisher -> refusedOf(publisher, 0));
    }

    @Override
    @Test
    public void required_spec309_requestNegativeNumberMustSignalIllegalArgumentException() throws Throwable {
        activePublisherTest(10, false, publisher -> refusedOf(publisher, Long.MIN_VALUE));
    }

    @Override
    @Test
    public void optional_spec309_requestNegativeNumberMaySignalIllegalArgumentExceptionWithSpecificMessage()
            throws Throwable {
        activePublisherTest(10, false, publisher -> {
            String message = refusedOf(publisher, -1).getMessage();
            assertTrue(message.contains("3.9"), message);
        });
    }

    /** Replaces the kit's own, which looks for the error only once: it miscounts the time that is left. */
    private IllegalArgumentException refusedOf(Publisher<Long> publisher, long count) throws Exception {
        var refused = new CompletableFuture<Throwable>();
        var subscriber = new ManualSubscriberWithSubscriptionSupport<Long>(environment) {
            @Override
            public void onError(Throwable failure) {
                refused.complete(failure);
            }
        };
        environment.subscribe(publisher, subscriber);
        subscriber.request(count);
        return (IllegalArgumentException) refused.get(PATIENCE, TimeUnit.MILLISECONDS);
    }

    /** The same test as the kit's own, which gives the collector a tenth of a second: too little on a busy machine. */
    @Override
    @Test
    public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
            throws Throwable {
        activePublisherTest(3, false, publisher -> {
            WeakReference<?> subscriber = cancelled(publisher);
            Watched.until("collected", () -> {
                System.gc();
                return subscriber.refersTo(null);
            });
        });
    }

    /** A separate method, so that no frame holds the subscriber. */
    private WeakReference<?> cancelled(Publisher<Long> publisher) throws InterruptedException {
        var subscriber = environment.newManualSubscriber(publisher);
        subscriber.request(1);
        subscriber.nextElement();
        subscriber.cancel();
        return new WeakReference<>(subscriber);
    }
}
