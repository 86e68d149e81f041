package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Simulation;
import java.util.ArrayList;
import java.util.List;

/**
 * A source that a scenario plays by hand. At the end of a run nobody may be subscribed to it any more, and nobody may have
 * cancelled it twice, or asked or cancelled it on two threads at once.
 */
public final class PlayedSource {
    /** What it signals to. */
    public interface Signals {
        /** The first signal; what follows comes to this source. */
        void subscribed();

        /** A value. */
        void value(String value);

        /** The end. */
        void complete();

        /** The failed end. */
        void fail(Throwable failure);
    }

    private final World world;

    /** The values that it has signalled. */
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

    /** What it does when it is asked or cancelled, as a source that answers at once. */
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

    /** Somebody subscribes, by way of its library. */
    public void subscribedBy(Signals by) {
        signals = by;
        whenSubscribedTo.run();
    }

    /** The subscription is asked for values. */
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

    /** For a source that cannot be asked. */
    public void unbounded() {
        requested = Long.MAX_VALUE;
    }

    /** For a source whose value is its end. */
    public void ended() {
        terminated = true;
    }

    /** The subscription is cancelled. */
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

    /** {@return whether the subscription is cancelled, as libraries ask} */
    public boolean isCancelled() {
        return cancels > 0;
    }

    /** Waits until somebody subscribes, or nobody can any more. */
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

    /** Signals as many values as it is asked for, each on demand, then the end; stops when it is cancelled. */
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
