package dev.weft.tck;

import dev.weft.OverflowException;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.IterationCell;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Rules 9: sources that break their protocol. */
abstract class MisbehaviourRules extends Fixture {
    MisbehaviourRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule901_aSecondSubscriptionIsCancelled() {
        var value = new Token("value");
        var script = new Script(self -> {
            self.subscription();
            self.subscription();
            self.next(value);
            self.complete();
        });
        requireSame(
                value, awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).value(), "what an await returns");
        requireCancelledOnce(script.upstream(1).cancels(), "through its second subscription");
        requireEqual(0L, script.upstream(1).requested(), "what is requested of a second subscription");
        requireEqual(0, script.upstream(0).cancels(), "the number of cancellations of the first subscription");
    }

    @Test
    void rule902_aValueBehindTheEndIsDiscardedAndReported() {
        var late = new Token("late");
        var script = new Script(self -> {
            self.subscription();
            self.complete();
            self.next(late);
        });
        requireSame(
                null, awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).value(), "what an await returns");
        hooks.requireDiscarded(late, "came after the end and");
        hooks.requireBreach("1.7", "a value after the end");
    }

    @Test
    void rule903_aFailureBehindTheEndIsDropped() {
        var late = new IllegalStateException("late");
        var script = new Script(self -> {
            self.subscription();
            self.complete();
            self.fail(late);
        });
        requireSame(
                null, awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).value(), "what an await returns");
        hooks.requireDropped(late, "came after the end and");
    }

    @Test
    void rule904_nullIsAnErrorAndNoValue() {
        var script = new Script(self -> {
            self.subscription();
            self.nextNull();
        });
        Throwable thrown =
                awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).failure();
        requireThrown(NullPointerException.class, thrown, "what a source of null leads to");
        requireCancelledOnce(script.upstream(0).cancels(), "after its null");
    }

    @Test
    void rule905_aSubscriptionThatComesTooLateIsCancelled() {
        var script = new Script(self -> {});
        SubjectTask subject = awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY);
        patience.until("the source was not subscribed to", script::isSubscribed);
        subject.parked().cancel();
        subject.cancellationThrown();
        signal(script::subscription);
        requireCancelledOnce(script.upstream(0).cancels(), "through a subscription that came after the cancellation");
        requireEqual(0L, script.upstream(0).requested(), "what is requested of a subscription that came too late");
    }

    @Test
    void rule906_whatSubscribeThrowsIsTheOutcome() {
        var failure = new IllegalStateException("subscribe threw");
        var script = new Script(self -> {
            throw failure;
        });
        requireSame(
                failure,
                awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).failure(),
                "what an await throws");
    }

    @Test
    void rule907_whatRequestThrowsIsTheOutcome() {
        var failure = new IllegalStateException("request threw");
        Script script = Script.waiting().onRequest(count -> {
            throw failure;
        });
        requireSame(
                failure,
                awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).failure(),
                "what an await throws");
        requireCancelledOnce(script.upstream(0).cancels(), "after its request had thrown");
    }

    @Test
    void rule908_whatCancelThrowsDoesNotHideTheCancellation() {
        var failure = new IllegalStateException("cancel threw");
        Script script = Script.waiting().onCancel(() -> {
            throw failure;
        });
        SubjectTask subject = awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY);
        patience.until("the source was not subscribed to", script::isConnected);
        subject.parked().cancel();
        CancellationException thrown = subject.cancellationThrown();
        boolean kept = List.of(thrown.getSuppressed()).contains(failure) || hooks.drops(failure) == 1;
        require(kept, "what cancel threw is neither suppressed in the cancellation nor dropped");
    }

    @Test
    void rule909_anEndWithoutASubscriptionIsAnEnd() {
        var script = new Script(Script::complete);
        requireSame(
                null, awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).value(), "what an await returns");
    }

    @Test
    void rule910_aFailureWithoutASubscriptionIsThrown() {
        var failure = new IllegalStateException("failure");
        var script = new Script(self -> self.fail(failure));
        requireSame(
                failure,
                awaiting(misbehaving(script), AwaitMode.SINGLE_OR_EMPTY).failure(),
                "what an await throws");
    }

    @Test
    void rule911_moreValuesThanRequestedEndTheIteration() {
        List<Token> values = List.of(new Token("first"), new Token("second"), new Token("third"));
        var script = new Script(self -> {
            self.subscription();
            values.forEach(self::next);
        });
        Object source = misbehaving(script);
        List<Object> seen = new ArrayList<>();
        SubjectTask subject = coroutine(() -> {
            IterationCell<Object> cell = open(source, 2);
            while (cell.hasNext()) seen.add(cell.next());
            return seen;
        });
        requireThrown(OverflowException.class, subject.failure(), "what too many values lead to");
        requireEqual(values.subList(0, 2), seen, "the values before");
        requireCancelledOnce(script.upstream(0).cancels(), "after too many values");
        hooks.requireDiscarded(values.get(2), "was one too many and");
    }

    @Test
    void rule912_whatSubscribeThrowsEndsTheIteration() {
        var failure = new IllegalStateException("subscribe threw");
        Object source = misbehaving(new Script(self -> {
            throw failure;
        }));
        SubjectTask subject = coroutine(() -> open(source, 2).hasNext());
        requireSame(failure, subject.failure(), "what the iteration throws");
    }

    @Test
    void rule913_aSecondSubscriptionOfAnIterationIsCancelled() {
        var script = new Script(self -> {
            self.subscription();
            self.subscription();
            self.complete();
        });
        Object source = misbehaving(script);
        requireSame(false, coroutine(() -> open(source, 2).hasNext()).value(), "whether there is a value");
        requireCancelledOnce(script.upstream(1).cancels(), "through its second subscription");
        requireEqual(0L, script.upstream(1).requested(), "what is requested of a second subscription");
    }
}
