package dev.weft.stress;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** A subscriber that requests a few values at a time and perhaps cancels: before the first, after some, or at any time. */
final class Visitor implements Flow.Subscriber<Value> {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Round round;
    private final int expected;
    private final boolean inOrder;
    private final boolean demand;
    private final RandomGenerator random;
    private final int leavesBehind;
    private final boolean leavesSomeTime;
    private final int most;

    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile boolean left;
    private volatile boolean completed;
    private volatile int received;

    /** Null when it has cancelled or received the end. */
    private volatile Flow.Subscription subscription;

    private int last;

    /**
     * Creates a subscriber that has not subscribed. The actors wait until it has cancelled or received the end.
     *
     * @param expected how many values there are
     * @param inOrder whether they arrive in the order in which they are made
     * @param demand whether they wait until they are requested
     */
    Visitor(Round round, RandomGenerator random, int expected, boolean inOrder, boolean demand) {
        this.round = round;
        this.random = random;
        this.expected = expected;
        this.inOrder = inOrder;
        this.demand = demand;
        leavesBehind = random.nextInt(3) == 0 ? random.nextInt(expected + 1) : NEVER;
        leavesSomeTime = random.nextInt(3) == 0;
        most = random.nextInt(4) == 0 ? NEVER : 1 + random.nextInt(5);
        round.lastLeaks.watch(this);
        round.afterwards(this::assertToldOnce);
        round.actors.hold();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (leavesSomeTime) round.actors.later(this::leave);
        if (leavesBehind == 0) leave();
        else ask();
    }

    @Override
    public void onNext(Value value) {
        if (!inside.compareAndSet(false, true)) round.failed("onNext from two threads at once");
        value.returned();
        int count = ++received;
        if (demand && count > requested.get()) round.failed("more values than requested");
        if (inOrder && value.number <= last) round.failed("out of order: " + value);
        last = value.number;
        if (count == leavesBehind) leave();
        else if (count == requested.get() && !left) ask();
        inside.set(false);
    }

    @Override
    public void onError(Throwable failure) {
        if (!left) round.failed("failed: " + failure);
        end();
    }

    @Override
    public void onComplete() {
        completed = true;
        end();
    }

    private void assertToldOnce() {
        boolean whole = ends.get() == 1 && completed && received == expected;
        if (!whole && !left || ends.get() > 1)
            throw new AssertionError("a subscriber that has " + (left ? "left" : "not left") + " and received "
                    + received + " of " + expected + " values and " + ends + " ends");
    }

    private void ask() {
        long count = most == NEVER ? Long.MAX_VALUE : 1 + random.nextInt(most);
        Flow.Subscription asked = subscription;
        if (asked == null) return;
        if (random.nextInt(4) == 0) request(asked, count);
        else round.actors.later(() -> request(asked, count));
    }

    private void request(Flow.Subscription from, long count) {
        requested.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        from.request(count);
    }

    private void leave() {
        left = true;
        Flow.Subscription cancelled = subscription;
        if (cancelled != null) cancelled.cancel();
        release();
    }

    private void end() {
        ends.incrementAndGet();
        release();
    }

    private void release() {
        subscription = null;
        if (released.compareAndSet(false, true)) round.actors.release();
    }
}
