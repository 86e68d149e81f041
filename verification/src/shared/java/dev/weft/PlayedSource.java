package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;

/**
 * A source that a scenario plays by hand. At the end of a run it must have no subscriber any more, and must not have
 * been cancelled twice, nor received requests or cancels on two threads at once.
 */
public final class PlayedSource {
    /** The receiver of its signals. */
    public interface Signals {
        /** The first signal; requests and cancels then come to this source. */
        void subscribed();

        /** A value. */
        void value(String value);

        /** The end. */
        void complete();

        /** The failed end. */
        void fail(Throwable failure);
    }

    private final World world;

    /** The values signalled so far. */
    final List<Object> made = new ArrayList<>();

    private Signals signals;
    private Thread asking;
    private Thread cancelling;
    boolean subscribed;
    boolean terminated;
    int cancels;
    int requests;
    int failed;
    long requested;

    /** What it does at a subscription, a request or a cancel, as a source that reacts at once. */
    Runnable whenSubscribedTo = () -> {};

    Runnable whenRequested = () -> {};

    Runnable whenCancelled = () -> {};

    PlayedSource(World world) {
        this.world = world;
        world.simulation.atEnd(() -> {
            assertThat(cancels).as("cancels").isLessThanOrEqualTo(1);
            assertThat(subscribed && !terminated && cancels == 0)
                    .as("still subscribed")
                    .isFalse();
        });
    }

    /** Called by the library's source when it is subscribed to. */
    public void subscribedBy(Signals by) {
        signals = by;
        whenSubscribedTo.run();
    }

    /** Called when the subscription receives a request. */
    public void request(long count) {
        Thread thread = Thread.currentThread();
        if (asking != null && asking != thread) Simulation.current().broken("asked on two threads at once (rule 2.7)");
        if (cancelling != null && cancelling != thread)
            Simulation.current().broken("asked while it was being cancelled by another thread (rule 2.7)");
        asking = thread;
        requests++;
        requested = requested + count < 0 ? Long.MAX_VALUE : requested + count;
        try {
            whenRequested.run();
        } finally {
            asking = null;
        }
    }

    /** For a source without demand. */
    public void unbounded() {
        requested = Long.MAX_VALUE;
    }

    /** For a source whose value is also its end. */
    public void ended() {
        terminated = true;
    }

    /** Called when the subscription is cancelled. */
    public void cancel() {
        Thread thread = Thread.currentThread();
        if (asking != null && asking != thread)
            Simulation.current().broken("cancelled while it was being asked by another thread (rule 2.7)");
        cancelling = thread;
        cancels++;
        try {
            whenCancelled.run();
        } finally {
            cancelling = null;
        }
    }

    /** {@return whether the subscription is cancelled; for libraries that ask} */
    public boolean isCancelled() {
        return cancels > 0;
    }

    /** Waits until it is subscribed to, or cannot be any more. */
    void untilSubscribedTo() {
        Simulation.until("somebody subscribes", () -> signals != null || world.root.isDone());
    }

    boolean isSubscribedTo() {
        return signals != null;
    }

    void subscribed() {
        untilSubscribedTo();
        if (signals == null) return;
        subscribed = true;
        signals.subscribed();
    }

    void value(String value) {
        if (signals == null) return;
        made.add(value);
        signals.value(value);
    }

    void complete() {
        if (signals == null) return;
        terminated = true;
        signals.complete();
    }

    void fail(Throwable failure) {
        if (signals == null) return;
        failed++;
        terminated = true;
        signals.fail(failure);
    }

    /** Signals this many values, each on demand, then the end; stops when it is cancelled. */
    void play(int values) {
        subscribed();
        for (int i = 0; i < values && subscribed; i++) {
            long next = i;
            Simulation.until("it is asked", () -> requested > next || cancels > 0);
            if (cancels > 0) return;
            value("value " + i);
        }
        complete();
    }
}
