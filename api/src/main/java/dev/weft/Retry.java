package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Failures;
import dev.weft.spi.Host;
import dev.weft.spi.Scope;
import dev.weft.spi.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A policy that says how often, when and after which failures something is tried again, by {@link Async#retry} or
 * {@link AsyncStream#retry(Retry)}. It is immutable: each method returns another policy. It has no state of a call, so
 * that one constant may serve a whole program.
 *
 * {@snippet class="dev.weft.snippets.AsyncSnippetsTest" region="retry"}
 *
 * <p>What is tried again: after every {@link Exception}, or those that {@link #when} admits. Never after an
 * {@link Error}, and never when the coroutine itself is cancelled, as by a {@code withTimeout} around the whole; that
 * also ends a pause at once. A {@link java.util.concurrent.TimeoutException} of a {@code withTimeout} inside the body
 * is a failure like any other.
 *
 * <p>The last failure is thrown, as the same instance. Of the earlier ones, up to 8 are suppressed in it, the oldest
 * first, after a note that says how many older ones were left out. If a cancellation ends the attempts, they are
 * suppressed in the exception that says so.
 *
 * <p>Pauses and {@link #within} go by the clock of the backend, so that virtual time drives them.
 *
 * @since 0.1
 */
public final class Retry {
    private static final int KEPT = 8;

    private final int attempts;
    private final Pauses pauses;
    private final Jitter jitter;
    private final long total;
    private final boolean resets;
    private final Predicate<? super Throwable> when;
    private final Listener listener;

    private Retry(
            int attempts,
            Pauses pauses,
            Jitter jitter,
            long total,
            boolean resets,
            Predicate<? super Throwable> when,
            Listener listener) {
        this.attempts = attempts;
        this.pauses = pauses;
        this.jitter = jitter;
        this.total = total;
        this.resets = resets;
        this.when = when;
        this.listener = listener;
    }

    /** Is told of each failure after which there is another attempt. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Called before the pause, in the coroutine that tries; it may await. What it throws ends the attempts and is
         * thrown instead, with the failures suppressed.
         *
         * @param attempt the number of the attempt that failed, from 1
         * @param failure the real failure, not wrapped
         * @param pause how long it will be until the next attempt
         */
        void failed(int attempt, Throwable failure, Duration pause);
    }

    /**
     * {@return a policy for a number of attempts, one right after the other}
     *
     * @param count how many, with the first one, at least 1; {@link Integer#MAX_VALUE} for no limit
     */
    public static Retry attempts(int count) {
        if (count < 1) throw new IllegalArgumentException("attempts must be at least 1, is " + count);
        return new Retry(
                count,
                new Pauses(0, 0, false),
                ThreadLocalRandom::current,
                Long.MAX_VALUE,
                false,
                failure -> true,
                (attempt, failure, pause) -> {});
    }

    /**
     * {@return this policy with the same pause before each further attempt}
     *
     * @param time how long, not negative
     */
    public Retry pause(Duration time) {
        long nanos = nanos(time, "time");
        return with(new Pauses(nanos, nanos, false));
    }

    /**
     * {@return this policy with exponential back-off and full jitter} The pause before the <i>n</i>-th further attempt
     * is chosen at random, with equal chances, between zero and the smaller of {@code cap} and {@code first} times
     * 2<sup><i>n</i> - 1</sup>. So callers that failed together do not come back together.
     *
     * @param first the limit of the first pause, not negative
     * @param cap the limit of all pauses, at least {@code first}
     */
    public Retry backoff(Duration first, Duration cap) {
        long least = nanos(first, "first");
        long most = nanos(cap, "cap");
        if (most < least) throw new IllegalArgumentException("cap must be at least " + first + ", is " + cap);
        return with(new Pauses(least, most, true));
    }

    /** {@return this policy with back-off whose pauses are their limits: {@code first}, twice that, and so on, up to {@code cap}} */
    public Retry withoutJitter() {
        return with(() -> null);
    }

    /**
     * {@return this policy with another source of randomness for its jitter, as for a test}
     *
     * @param random the source; if coroutines share the policy, they share it too
     */
    public Retry jitter(RandomGenerator random) {
        Objects.requireNonNull(random, "random");
        return with(() -> random);
    }

    /**
     * {@return this policy with a limit for the whole time, from the beginning of the first attempt} No attempt begins
     * later, and no pause is begun that would end later: the failure is thrown at once instead. An attempt that has
     * begun is not cut off; {@link Async#withTimeout withTimeout} does that, around the whole or inside the body.
     *
     * @param total how long, not negative; zero allows one attempt. More than 292 years is no limit
     */
    public Retry within(Duration total) {
        return new Retry(attempts, pauses, jitter, nanos(total, "total"), resets, when, listener);
    }

    /**
     * {@return this policy for some failures only} A test that was set before counts no more.
     *
     * @param failures whether another attempt is worth it after a failure, which is the real one, not wrapped. What it
     *     throws is thrown instead of the failure, which is suppressed in it
     */
    public Retry when(Predicate<? super Throwable> failures) {
        Objects.requireNonNull(failures, "failures");
        return new Retry(attempts, pauses, jitter, total, resets, failures, listener);
    }

    /**
     * {@return this policy with a listener, in place of one that was set before}
     *
     * @param listener what is called before each further attempt
     */
    public Retry onRetry(Listener listener) {
        Objects.requireNonNull(listener, "listener");
        return new Retry(attempts, pauses, jitter, total, resets, when, listener);
    }

    /**
     * {@return this policy, begun again by each value of a stream} After a failure that follows a value, attempts,
     * back-off and the whole time count from that failure on: for a feed that is to be reconnected for as long as it
     * works in between. A stream that gives a value and then fails is restarted for ever. For a body that is no stream,
     * this changes nothing.
     */
    public Retry resetOnValue() {
        return new Retry(attempts, pauses, jitter, total, true, when, listener);
    }

    private Retry with(Pauses others) {
        return new Retry(attempts, others, jitter, total, resets, when, listener);
    }

    private Retry with(Jitter other) {
        return new Retry(attempts, pauses, other, total, resets, when, listener);
    }

    private static long nanos(Duration time, String name) {
        Objects.requireNonNull(time, name);
        if (time.isNegative()) throw new IllegalArgumentException(name + " must not be negative, is " + time);
        return Async.nanos(time);
    }

    /** Runs a body until it succeeds or no attempt is left, each time in a scope of its own, so that attempts do not overlap. */
    <T extends @Nullable Object> T run(Scope scope, Callable<? extends T> body) throws Exception {
        scope.checkpoint();
        for (Attempts attempts = begin(); ; ) {
            try {
                return new Scope(scope, scope.backend(), scope.context(), false).call(body);
            } catch (Throwable thrown) {
                attempts.failed(thrown);
            }
        }
    }

    /** {@return the nanoseconds to wait before a further attempt, from 1} */
    long pauseBefore(int further) {
        return pauses.before(further, jitter);
    }

    /** {@return the first of the attempts of one call, which begins now, in the current coroutine} */
    Attempts begin() {
        return new Attempts(this, Async.backend());
    }

    /** Where the randomness of the pauses comes from. */
    @FunctionalInterface
    private interface Jitter {
        /** {@return the source, or null for none} */
        @Nullable
        RandomGenerator source();
    }

    /** How long the pauses are, in nanoseconds. */
    private record Pauses(long first, long cap, boolean grow) {
        long before(int further, Jitter jitter) {
            if (!grow) return first;
            long limit = limit(further);
            RandomGenerator random = jitter.source();
            if (random == null) return limit;
            return limit == Long.MAX_VALUE ? random.nextLong() & Long.MAX_VALUE : random.nextLong(limit + 1);
        }

        /** The first pause times a power of two, or the cap if that is less. */
        private long limit(int further) {
            int doublings = further - 1;
            if (first == 0) return 0;
            return doublings > 62 || first > cap >> doublings ? cap : first << doublings;
        }
    }

    /** The attempts of one call: their number, and what is kept of their failures. One coroutine at a time uses it. */
    static final class Attempts {
        private final Retry policy;
        private final Backend backend;
        private final Deque<Throwable> earlier = new ArrayDeque<>();
        private long leftOut;
        private long began;
        private int attempt;
        private boolean progressed;

        private Attempts(Retry policy, Backend backend) {
            this.policy = policy;
            this.backend = backend;
            begin();
        }

        private void begin() {
            earlier.clear();
            leftOut = 0;
            began = VirtualTime.nanoTime(backend);
            attempt = 1;
            progressed = false;
        }

        /** The attempt has given a value. */
        void progressed() {
            progressed = true;
        }

        /** Takes the failure of an attempt. Returns when it is time for the next one; if there is none, throws. */
        void failed(Throwable thrown) {
            Throwable failure = Host.get().unwrap(thrown);
            if (progressed && policy.resets) begin();
            boolean again;
            try {
                again = awaitNext(failure);
            } catch (Throwable instead) {
                keep(failure);
                throw last(instead);
            }
            if (!again) throw last(thrown);
            keep(failure);
            attempt++;
        }

        private boolean awaitNext(Throwable failure) {
            if (attempt == policy.attempts || failure instanceof Error || isCancelled()) return false;
            if (!policy.when.test(failure)) return false;
            long pause = policy.pauseBefore(attempt);
            if (policy.total == 0 || pause > left()) return false;
            Duration time = Duration.ofNanos(pause);
            policy.listener.failed(attempt, failure, time);
            if (pause > left()) return false; // the listener may have waited
            Async.delay(time);
            return left() >= 0;
        }

        private static boolean isCancelled() {
            return Objects.requireNonNull(Scope.current()).cancellation() != null;
        }

        private long left() {
            if (policy.total == Long.MAX_VALUE) return Long.MAX_VALUE;
            return policy.total - (VirtualTime.nanoTime(backend) - began);
        }

        private void keep(Throwable failure) {
            for (Throwable known : earlier) if (known == failure) return;
            earlier.add(failure);
            if (earlier.size() <= KEPT) return;
            earlier.remove();
            leftOut++;
        }

        private RuntimeException last(Throwable thrown) {
            Throwable failure = Host.get().unwrap(thrown);
            if (leftOut > 0) Failures.suppress(failure, new LeftOut(leftOut));
            for (Throwable before : earlier) Failures.suppress(failure, before);
            return Failures.sneak(thrown);
        }
    }

    /** A note among the suppressed failures. */
    private static final class LeftOut extends Exception {
        private static final long serialVersionUID = 1;

        LeftOut(long count) {
            super(count + " failures of earlier attempts are left out", null, false, false);
        }
    }
}
