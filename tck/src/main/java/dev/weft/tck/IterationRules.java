package dev.weft.tck;

import dev.weft.AwaitException;
import dev.weft.spi.IterationCell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Rules 3: iterating over many values, {@code Backend.many}. */
abstract class IterationRules extends Fixture {
    private static final int PREFETCH = 8;

    /** Three quarters of the prefetch: when these are consumed, as many are requested again. */
    private static final int BATCH = 6;

    IterationRules(BackendContract contract) {
        super(contract);
    }

    // --- outcomes

    @Test
    void rule301_theValuesComeInOrderAndThenTheEnd() {
        List<Token> values = tokens(20);
        Object source = many(values.toArray());
        requireEqual(values, coroutine(() -> drain(open(source, PREFETCH))).value(), "what the iteration gives");
    }

    @Test
    void rule302_theFirstRequestIsThePrefetch() {
        Later later = laterMany();
        iterating(later, PREFETCH);
        requireEqual((long) PREFETCH, later.requested(), "the first request of an iteration with prefetch " + PREFETCH);
    }

    @Test
    void rule303_threeQuartersAreRequestedAgainWhenTheyAreConsumed() {
        Later later = laterMany();
        SubjectTask subject = coroutine(() -> {
            IterationCell<Object> cell = open(later.source(), PREFETCH);
            for (int consumed = 1; consumed <= 3 * PREFETCH; consumed++) {
                later.value(new Token("value " + consumed));
                cell.next();
                requireEqual(demandAfter(consumed), later.requested(), "the demand after " + consumed + " values");
            }
            return null;
        });
        requireNoFailure(subject);
    }

    @Test
    void rule304_aPrefetchOfOneHandsOverOneByOne() {
        Later later = laterMany();
        SubjectTask subject = coroutine(() -> {
            IterationCell<Object> cell = open(later.source(), 1);
            for (long consumed = 0; consumed < 5; consumed++) {
                requireEqual(consumed + 1, later.requested(), "the demand after " + consumed + " values");
                later.value(new Token("value " + consumed));
                cell.next();
            }
            return null;
        });
        requireNoFailure(subject);
    }

    @Test
    void rule305_theValuesComeBeforeTheFailureBehindThem() {
        var failure = new IllegalStateException("failure");
        List<Token> values = tokens(3);
        Object source = need(sources.failing(values, failure), "failing");
        List<Object> seen = new ArrayList<>();
        SubjectTask subject = coroutine(() -> drainInto(seen, open(source, PREFETCH)));
        requireSame(failure, subject.failure(), "what the iteration ends with");
        requireEqual(values, seen, "the values before the failure");
    }

    @Test
    void rule306_aCheckedFailureComesInItsCarrier() {
        var failure = new IOException("failure");
        Object source = need(sources.failing(List.of(), failure), "failing");
        Throwable thrown = coroutine(() -> drain(open(source, PREFETCH))).failure();
        requireSame(
                failure,
                requireThrown(AwaitException.class, thrown, "what the iteration ends with")
                        .getCause(),
                "its cause");
    }

    // --- leaving

    @Test
    void rule307_leavingEarlyCancelsTheSourceOnce() {
        Later later = laterMany();
        leftEarly(later);
        requireCancelledOnce(later.cancellations(), "when the loop was left");
    }

    @Test
    void rule308_whatIsLeftOverIsDiscarded() {
        Later later = laterMany();
        var taken = new Token("taken");
        List<Token> left = tokens(3);
        SubjectTask subject = coroutine(() -> {
            try (IterationCell<Object> cell = open(later.source(), PREFETCH)) {
                later.value(taken);
                left.forEach(later::value);
                return cell.next();
            }
        });
        requireSame(taken, subject.value(), "the first value");
        left.forEach(value -> hooks.requireDiscarded(value, "was left over when the loop was left and"));
        requireEqual(0L, hooks.discards(taken), "the number of times a value was discarded that the loop has seen");
    }

    @Test
    void rule309_aValueBehindTheLoopIsDiscarded() {
        Later later = laterMany();
        leftEarly(later);
        var late = new Token("late");
        signal(() -> later.value(late));
        hooks.requireDiscarded(late, "arrived after the loop was left and");
    }

    @Test
    void rule310_aFailureBehindTheLoopIsDropped() {
        Later later = laterMany();
        leftEarly(later);
        var late = new IllegalStateException("late");
        signal(() -> later.fail(late));
        hooks.requireDropped(late, "arrived after the loop was left and");
    }

    @Test
    void rule311_aSourceWithoutEndCanBeLeft() {
        Object source = infinite();
        SubjectTask subject = coroutine(() -> {
            try (IterationCell<Object> cell = open(source, PREFETCH)) {
                for (int i = 0; i < 1000; i++) requireEqual(i, cell.next(), "value " + i + " of a source without end");
            }
            return null;
        });
        requireNoFailure(subject);
    }

    @Test
    void rule312_aSourceThatHasEndedIsNotCancelled() {
        Later later = laterMany();
        SubjectTask subject = iterating(later, PREFETCH);
        signal(later::complete);
        requireEqual(List.of(), subject.value(), "what the iteration gives");
        requireEqual(0, later.cancellations(), "the number of cancellations of a source that has ended");
    }

    // --- waiting and cancellation

    @Test
    void rule313_aSignalFromAnotherThreadWakesTheLoop() {
        Later later = laterMany();
        SubjectTask subject = iterating(later, PREFETCH);
        var value = new Token("value");
        signal(() -> later.value(value));
        subject.parked();
        signal(later::complete);
        requireEqual(List.of(value), subject.value(), "what the iteration gives");
    }

    @Test
    void rule314_nothingIsSubscribedToBeforeTheOpening() {
        Later later = laterMany();
        coroutine(() -> backend.many(later.source(), PREFETCH)).value();
        requireEqual(0, later.subscriptions(), "the number of subscriptions before the opening");
    }

    @Test
    void rule315_aCancelledCoroutineOpensNothing() {
        Later later = laterMany();
        SubjectTask subject = coroutine(() -> {
            cancelSelf();
            return open(later.source(), PREFETCH);
        });
        subject.cancellationThrown();
        requireEqual(0, later.subscriptions(), "the number of subscriptions of a coroutine that is cancelled already");
    }

    @Test
    void rule316_aCancellationEndsTheIterationForGood() {
        Later later = laterMany();
        SubjectTask subject = coroutine(() -> {
            IterationCell<Object> cell = open(later.source(), PREFETCH);
            requireCancelled(cell, "waited");
            requireCancelled(cell, "was asked again");
            return null;
        });
        patience.until("the source was not requested from", () -> later.requested() > 0);
        subject.parked().cancel();
        requireNoFailure(subject);
        requireCancelledOnce(later.cancellations(), "when its reader was");
    }

    @Test
    void rule317_eachIterationSubscribesAnew() {
        Object source = infinite();
        SubjectTask subject = coroutine(() -> {
            try (IterationCell<Object> one = open(source, PREFETCH);
                    IterationCell<Object> other = open(source, PREFETCH)) {
                one.next();
                return List.of(one.next(), other.next());
            }
        });
        requireEqual(List.of(1, 0), subject.value(), "the second value of one iteration and the first of another");
    }

    @Test
    void rule318_aSourceMaySignalWhileItHoldsAMonitor() {
        Later later = laterMany();
        var monitor = new Monitor();
        SubjectTask subject = coroutine(() -> {
            List<Object> values = new ArrayList<>();
            for (IterationCell<Object> cell = open(later.source(), PREFETCH); cell.hasNext(); monitor.enter())
                values.add(cell.next());
            return values;
        });
        patience.until("nothing was requested", () -> later.requested() > 0);
        List<Token> values = tokens(3);
        for (Token value : values) signal(() -> monitor.hold(() -> later.value(value)));
        signal(() -> monitor.hold(later::complete));
        requireEqual(values, subject.value(), "what an iteration gives that is signalled with a monitor held");
        signal(monitor::enter);
    }

    private static long demandAfter(int consumed) {
        return PREFETCH + (long) (consumed / BATCH) * BATCH;
    }

    /** Iterates until the end; the coroutine is waiting when this returns. */
    private SubjectTask iterating(Later later, int prefetch) {
        SubjectTask subject = coroutine(() -> drain(open(later.source(), prefetch)));
        patience.until("the source was not requested from", () -> later.requested() > 0);
        return subject.parked();
    }

    /** Opens an iteration and leaves it without having waited. */
    private void leftEarly(Later later) {
        requireNoFailure(coroutine(() -> {
            open(later.source(), PREFETCH).close();
            return null;
        }));
    }

    private static List<Object> drain(IterationCell<Object> cell) {
        List<Object> seen = new ArrayList<>();
        drainInto(seen, cell);
        return seen;
    }

    private static Object drainInto(List<Object> seen, IterationCell<Object> cell) {
        while (cell.hasNext()) seen.add(cell.next());
        return seen;
    }

    private static void requireCancelled(IterationCell<Object> cell, String when) {
        try {
            cell.hasNext();
        } catch (CancellationException expected) {
            return;
        }
        throw new AssertionError("the cancelled iteration threw nothing when it " + when);
    }

    private static List<Token> tokens(int count) {
        List<Token> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) tokens.add(new Token("value " + i));
        return tokens;
    }
}
