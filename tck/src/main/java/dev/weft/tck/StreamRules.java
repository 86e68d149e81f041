package dev.weft.tck;

import dev.weft.Async;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 5: publishers as sources of many values, {@code Backend.createStream}. */
abstract class StreamRules extends Fixture {
    StreamRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule501_theSourceIsOfTheTypeAskedFor() {
        Object source = stream(Script.waiting());
        require(manyType().isInstance(source), "asked for " + manyType() + ", it made a " + source.getClass());
    }

    @Test
    void rule502_theValuesAndTheEndArePassedOn() {
        Recorder recorder = listen(stream(counting(3))).ended();
        requireEqual(
                List.of(Recorder.SUBSCRIBED, 0, 1, 2, Recorder.COMPLETED),
                recorder.trail,
                "what the subscriber receives");
    }

    @Test
    void rule503_noMoreIsRequestedThanWasAskedFor() {
        Script script = Script.waiting();
        Recorder recorder = Recorder.patient(patience);
        subscribe(stream(script), recorder);
        patience.until("the publisher was not subscribed to", script::isConnected);
        requireRequested(0, script);
        recorder.request(2);
        requireRequested(2, script);
        recorder.request(3);
        requireRequested(5, script);
    }

    @Test
    void rule504_aFailureKeepsItsIdentity() {
        var failure = new IOException("failure");
        var script = new Script(self -> {
            self.subscription();
            self.fail(failure);
        });
        requireSame(failure, listen(stream(script)).failure(), "what the subscriber receives");
    }

    @Test
    void rule505_cancellingReachesThePublisherOnce() {
        Script script = Script.waiting();
        Recorder recorder = listen(stream(script));
        patience.until("the publisher was not subscribed to", script::isConnected);
        recorder.cancel();
        patience.until(
                "cancelling did not reach the publisher",
                () -> script.upstream(0).cancels() > 0);
        requireCancelledOnce(script.upstream(0).cancels(), "when its subscriber had left");
    }

    @Test
    void rule506_nothingIsSubscribedToBeforeTheSubscription() {
        Script script = counting(1);
        Object source = stream(script);
        requireEqual(0, script.subscriptions(), "the number of subscriptions before anybody has subscribed");
        listen(source).ended();
        listen(source).ended();
        requireEqual(2, script.subscriptions(), "the number of subscriptions for two subscribers");
    }

    @Test
    void rule507_aGeneratorWithoutEndFollowsTheDemand() {
        var generator = new AtomicReference<@Nullable Thread>();
        Object source = stream(Async.stream(out -> {
            generator.set(Thread.currentThread());
            for (; ; ) out.emit("value");
        }));
        Recorder recorder = Recorder.patient(patience);
        subscribe(source, recorder);
        recorder.request(3);
        recorder.values(3);
        patience.until("a generator of which three values were asked for goes on", () -> isAtRest(generator.get()));
        recorder.cancel();
        requireEqual(3, recorder.values().size(), "the number of values for a demand of three");
    }

    private Object stream(Flow.Publisher<?> publisher) {
        return backend.createStream(publisher, manyType());
    }

    private static void requireRequested(long expected, Script script) {
        requireEqual(expected, script.upstream(0).requested(), "what is requested of the publisher");
    }

    /** A publisher of the first numbers, which signals them as soon as all that are left are requested. */
    private static Script counting(int count) {
        return new Script(script -> {
            script.onRequest(demand -> {
                for (int i = 0; i < count; i++) script.next(i);
                script.complete();
            });
            script.subscription();
        });
    }
}
