package dev.weft.tck;

import dev.weft.spi.Undeliverable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What the hooks received; a rule can make them throw. */
final class HookLog {
    private final List<Undeliverable> seen = new CopyOnWriteArrayList<>();
    private volatile boolean throwing;

    void accept(Undeliverable signal) {
        seen.add(signal);
        if (throwing) throw new IllegalStateException("a hook that throws");
    }

    /** From here on, the hooks throw. */
    void letThemThrow() {
        throwing = true;
    }

    long discards(Object value) {
        return count(signal -> signal instanceof Undeliverable.Value discarded && discarded.value() == value);
    }

    long drops(Throwable failure) {
        return count(signal -> signal instanceof Undeliverable.Failure dropped && dropped.error() == failure);
    }

    long breaches(String rule) {
        return count(signal -> signal instanceof Undeliverable.Breach breach
                && breach.violation().rule().equals(rule));
    }

    /** Requires that a value went to the discard hook, once. */
    void requireDiscarded(Object value, String how) {
        requireOnce(discards(value), "the value " + value + " " + how, "discard");
    }

    /** Requires that a failure went to the hook for errors, once. */
    void requireDropped(Throwable failure, String how) {
        requireOnce(drops(failure), "the failure " + failure + " " + how, "error");
    }

    /** Requires that a breach was reported, once. */
    void requireBreach(String rule, String how) {
        requireOnce(breaches(rule), "the breach of rule " + rule + " (" + how + ")", "violation");
    }

    private static void requireOnce(long times, String what, String hook) {
        if (times == 0) throw new AssertionError(what + " reached no " + hook + " hook");
        if (times > 1) throw new AssertionError(what + " reached the " + hook + " hook " + times + " times");
    }

    private long count(Predicate<Undeliverable> which) {
        return seen.stream().filter(which).count();
    }
}
