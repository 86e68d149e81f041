package dev.weft;

import dev.weft.test.simulation.Simulation;
import dev.weft.testing.Schedules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A subscriber that a scenario plays, and that checks the protocol: serial signals, one end, no more values than
 * requested.
 */
public final class PlayedSubscriber {
    /** Its subscription. */
    public interface Upstream {
        /** Requests values. */
        void request(long count);

        /** Cancels. */
        void cancel();
    }

    final List<Object> seen = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    int completed;
    Upstream upstream;

    /** Its reactions to signals. */
    Runnable whenSubscribed = () -> {};

    Consumer<String> whenNext = value -> {};

    Runnable whenOver = () -> {};

    private long requested;
    private boolean signalling;
    private boolean left;

    /** Rule 1.9. */
    public void onSubscribe(Upstream to) {
        upstream = to;
        entered(whenSubscribed);
    }

    /** Rule 1.1. */
    public void onNext(String value) {
        expect(!isOver(), "signalled after the end (rule 1.7)");
        seen.add(value);
        expect(seen.size() <= requested, "more than it has asked for (rule 1.1)");
        entered(() -> {
            Schedules.dawdle();
            whenNext.accept(value);
        });
    }

    /** Rule 1.5. */
    public void onComplete() {
        expect(!isOver(), "signalled after the end (rule 1.7)");
        completed++;
        entered(whenOver);
    }

    /** Rule 1.4. */
    public void onError(Throwable failure) {
        expect(!isOver(), "signalled after the end (rule 1.7)");
        failures.add(failure);
        entered(whenOver);
    }

    void request(long count) {
        if (count > 0) requested = requested + count < 0 ? Long.MAX_VALUE : requested + count;
        upstream.request(count);
    }

    void cancel() {
        left = true;
        upstream.cancel();
    }

    boolean hasLeft() {
        return left;
    }

    boolean isOver() {
        return completed > 0 || !failures.isEmpty();
    }

    /** Waits until it has received its subscription. */
    void untilSubscribed() {
        Simulation.until("it is subscribed", () -> upstream != null);
    }

    /** For a source without demand. */
    public void unbounded() {
        requested = Long.MAX_VALUE;
    }

    private void entered(Runnable reaction) {
        expect(!Thread.currentThread().isInterrupted(), "signalled by an interrupted thread");
        expect(!signalling, "signalled on two threads at once (rule 1.3)");
        expect(upstream != null, "signalled before it was subscribed (rule 1.9)");
        signalling = true;
        try {
            reaction.run();
        } finally {
            signalling = false;
        }
        expect(!Thread.currentThread().isInterrupted(), "interrupted in its own code");
    }

    private static void expect(boolean kept, String breach) {
        if (!kept) Simulation.current().broken(breach);
    }
}
