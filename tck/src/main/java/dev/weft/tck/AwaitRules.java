package dev.weft.tck;

import dev.weft.AwaitException;
import dev.weft.TooManyValuesException;
import dev.weft.spi.AwaitMode;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules 2: awaiting one value, {@code Backend.one}. */
abstract class AwaitRules extends Fixture {
    private static final long LONG_PARK_NANOS = TimeUnit.SECONDS.toNanos(2);

    AwaitRules(BackendContract contract) {
        super(contract);
    }

    // --- outcomes

    @Test
    void rule201_aValueIsReturned() {
        var value = new Token("value");
        for (AwaitMode take : List.of(AwaitMode.ONE, AwaitMode.MAYBE, AwaitMode.SINGLE_OR_EMPTY))
            requireSame(value, awaiting(succeeded(value), take).value(), "what an await returns (" + take + ")");
    }

    @Test
    void rule202_emptyIsNullWhereItMayBe() {
        for (AwaitMode take : List.of(AwaitMode.MAYBE, AwaitMode.SINGLE_OR_EMPTY))
            requireSame(null, awaiting(need(sources.empty(), "empty"), take).value(), "an empty source (" + take + ")");
    }

    @Test
    void rule203_emptyIsAnErrorWhereAValueIsNeeded() {
        Throwable thrown =
                awaiting(need(sources.empty(), "empty"), AwaitMode.ONE).failure();
        requireThrown(NoSuchElementException.class, thrown, "what an empty source throws (ONE)");
    }

    @Test
    void rule204_anUncheckedFailureIsThrownAsItself() {
        var failure = new IllegalStateException("failure");
        requireSame(failure, awaiting(failed(failure), AwaitMode.MAYBE).failure(), "what a failed source throws");
    }

    @Test
    void rule205_aCheckedFailureComesInItsCarrier() {
        var failure = new IOException("failure");
        Throwable thrown = awaiting(failed(failure), AwaitMode.MAYBE).failure();
        requireSame(
                failure,
                requireThrown(AwaitException.class, thrown, "what a failed source throws")
                        .getCause(),
                "its cause");
    }

    @Test
    void rule206_anErrorIsThrownAsItself() {
        var failure = new AssertionError("failure");
        requireSame(failure, awaiting(failed(failure), AwaitMode.MAYBE).failure(), "what a failed source throws");
    }

    // --- how it waits

    @Test
    void rule207_aSourceThatIsReadyDoesNotPark() {
        var value = new Token("ready");
        Object source = succeeded(value);
        Object parked = coroutine(() -> parksAlways(source)).value();
        requireSame(false, parked, "whether the await of a source that is ready parks its thread");
    }

    @Test
    void rule208_aSignalFromAnotherThreadWakesTheAwaiter() {
        Later later = later();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        var value = new Token("later");
        signal(() -> later.value(value));
        requireSame(value, subject.value(), "what an await returns");
    }

    @Test
    void rule209_nothingIsSubscribedToBeforeTheStart() {
        Later later = later();
        backend.one(later.source(), AwaitMode.MAYBE);
        requireEqual(0, later.subscriptions(), "the number of subscriptions before the start");
    }

    @Test
    void rule210_theSourceIsSubscribedToOnce() {
        Later later = later();
        waiting(later, AwaitMode.MAYBE);
        requireEqual(1, later.subscriptions(), "the number of subscriptions of one await");
    }

    @Test
    void rule211_aCancelledCoroutineSubscribesToNothing() {
        Later later = later();
        SubjectTask subject = coroutine(() -> {
            cancelSelf();
            return backend.one(later.source(), AwaitMode.MAYBE).await();
        });
        subject.cancellationThrown();
        requireEqual(0, later.subscriptions(), "the number of subscriptions of a coroutine that is cancelled already");
    }

    @Test
    void rule212_aCancellationIsSentUpstreamOnce() {
        Later later = coldLater();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        subject.cancel();
        subject.ended();
        requireCancelledOnce(later.cancellations(), "when its awaiting thread was");
    }

    @Test
    void rule213_theCancelledAwaiterIsToldAndNotInterrupted() {
        SubjectTask subject = waiting(later(), AwaitMode.MAYBE);
        subject.cancel();
        subject.cancellationThrown();
        require(!subject.wasInterruptedAtEnd(), "the interrupt flag of the cancelled coroutine is set");
    }

    // --- late signals

    @Test
    void rule214_aValueThatLostGoesToTheDiscardHook() {
        Later later = coldLater();
        cancelled(later);
        var late = new Token("late");
        signal(() -> later.value(late));
        hooks.requireDiscarded(late, "arrived after the cancellation and");
    }

    @Test
    void rule215_aFailureThatLostGoesToTheErrorHook() {
        Later later = coldLater();
        cancelled(later);
        var late = new IllegalStateException("late");
        signal(() -> later.fail(late));
        hooks.requireDropped(late, "arrived after the cancellation and");
    }

    @Test
    void rule216_anEchoOfTheCancellationIsNotReported() {
        Later later = coldLater();
        cancelled(later);
        var echo = new CancellationException("echo");
        signal(() -> later.fail(echo));
        requireEqual(0L, hooks.drops(echo), "the number of reports of an error that only echoes the cancellation");
    }

    @Test
    void rule217_aValueThatWonIsReturned() {
        Later later = later();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        var value = new Token("winner");
        later.value(value);
        subject.cancel();
        requireSame(value, subject.value(), "what an await returns if its value came before the cancellation");
    }

    @Test
    void rule218_aSourceThatHasEndedIsNotCancelled() {
        Later later = later();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        signal(() -> later.value(new Token("value")));
        subject.ended();
        requireEqual(0, later.cancellations(), "the number of cancellations of a source that has ended");
    }

    // --- threads

    @Test
    void rule219_signalsMayComeFromAnyThread() {
        for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
            Later later = later();
            SubjectTask subject = waiting(later, AwaitMode.MAYBE);
            var value = new Token("value");
            var kept = new AtomicBoolean();
            patience.run(builder, "a signal from an interrupted thread did not return", () -> {
                Thread.currentThread().interrupt();
                later.value(value);
                kept.set(Thread.interrupted());
            });
            requireSame(value, subject.value(), "what an await returns if an interrupted thread has signalled");
            require(kept.get(), "the signal has taken the interrupt flag of the signalling thread");
        }
    }

    @Test
    void rule220_theSignallingThreadIsNotKept() {
        Later later = later();
        var signalled = new CountDownLatch(1);
        SubjectTask subject = coroutine(() -> {
            backend.one(later.source(), AwaitMode.MAYBE).await();
            patience.await(signalled, "the signalling thread was kept until the awaiting coroutine went on");
            return Thread.currentThread();
        });
        subject.parked();
        signal(() -> later.value(new Token("value")));
        signalled.countDown();
        requireSame(subject.thread(), subject.value(), "the thread that continues after an await");
    }

    @Test
    void rule221_anInterruptEndsTheAwaitOfAPlainThread() {
        Later later = coldLater();
        var thrown = new AtomicReference<@Nullable Throwable>();
        var flag = new AtomicBoolean();
        Thread plain = Thread.ofPlatform().start(() -> {
            try {
                backend.one(later.source(), AwaitMode.MAYBE).await();
            } catch (Throwable failure) {
                thrown.set(failure);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        patience.until(
                "a plain thread does not wait",
                () -> later.subscriptions() > 0 && plain.getState() == Thread.State.WAITING);
        plain.interrupt();
        patience.until("the interrupted plain thread still waits", () -> !plain.isAlive());
        require(thrown.get() instanceof CancellationException, "the interrupted await threw " + thrown.get());
        require(flag.get(), "the interrupted await has taken the flag of the plain thread");
        requireCancelledOnce(later.cancellations(), "when its awaiting thread was interrupted");
    }

    // --- one of many

    @Test
    void rule222_theFirstOfManyIsTheOnlyOneRequested() {
        Later later = laterMany();
        SubjectTask subject = waiting(later, AwaitMode.FIRST);
        requireEqual(1L, later.requested(), "the demand for the first value");
        var first = new Token("first");
        signal(() -> later.value(first));
        requireSame(first, subject.value(), "the first value");
        requireCancelledOnce(later.cancellations(), "after its first value");
    }

    @Test
    void rule223_theOtherTakesRequestAll() {
        for (AwaitMode take : List.of(AwaitMode.LAST, AwaitMode.SINGLE, AwaitMode.SINGLE_OR_EMPTY, AwaitMode.NONE)) {
            Later later = laterMany();
            waiting(later, take);
            requireEqual(Long.MAX_VALUE, later.requested(), "the demand for " + take);
        }
    }

    @Test
    void rule224_theLastOfManyIsReturnedAndTheRestDiscarded() {
        var first = new Token("first");
        var last = new Token("last");
        requireSame(last, awaiting(many(first, last), AwaitMode.LAST).value(), "the last value");
        hooks.requireDiscarded(first, "was not the last and");
        requireEqual(0L, hooks.discards(last), "the number of times the returned value was discarded");
    }

    @Test
    void rule225_aSecondValueIsAnErrorWhereOneIsMeant() {
        for (AwaitMode take : List.of(AwaitMode.SINGLE, AwaitMode.SINGLE_OR_EMPTY)) {
            var first = new Token("first");
            var second = new Token("second");
            Throwable thrown = awaiting(many(first, second), take).failure();
            requireThrown(TooManyValuesException.class, thrown, "what a second value leads to (" + take + ")");
            hooks.requireDiscarded(first, "was one too many and");
            hooks.requireDiscarded(second, "was one too many and");
        }
    }

    @Test
    void rule226_waitingForTheEndDiscardsTheValues() {
        var value = new Token("value");
        requireSame(null, awaiting(many(value), AwaitMode.NONE).value(), "the result of waiting for the end");
        hooks.requireDiscarded(value, "came before the end, which alone was awaited, and");
    }

    @Test
    void rule227_noneOfManyIsAnErrorWhereAValueIsNeeded() {
        for (AwaitMode take : List.of(AwaitMode.FIRST, AwaitMode.LAST, AwaitMode.SINGLE))
            requireThrown(
                    NoSuchElementException.class,
                    awaiting(many(), take).failure(),
                    "what a source without values throws (" + take + ")");
    }

    @Test
    void rule228_aValueWithoutItsEndHasNotWon() {
        Later later = laterMany();
        SubjectTask subject = waiting(later, AwaitMode.SINGLE_OR_EMPTY);
        var value = new Token("unconfirmed");
        signal(() -> later.value(value));
        subject.cancel();
        subject.cancellationThrown();
        hooks.requireDiscarded(value, "was cancelled before the end of its source and");
    }

    @Test
    void rule229_aSourceMaySignalWhileItHoldsAMonitor() {
        Later later = later();
        var monitor = new Monitor();
        SubjectTask subject = coroutine(() -> {
            Object value = backend.one(later.source(), AwaitMode.MAYBE).await();
            monitor.enter();
            return value;
        });
        patience.until("the source was not subscribed to", () -> later.subscriptions() > 0);
        subject.parked();
        var value = new Token("value");
        signal(() -> monitor.hold(() -> later.value(value)));
        requireSame(value, subject.value(), "what an await returns if it was signalled with a monitor held");
        signal(monitor::enter);
    }

    private void cancelled(Later later) {
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        subject.cancel();
        subject.ended();
    }

    /**
     * Whether every one of several awaits parks. A thread that was unparked before does not park the next time; parking
     * after the await shows whether the await has used that up. The first attempts may park for reasons of the virtual
     * machine, such as loading classes.
     */
    private boolean parksAlways(Object source) {
        for (int attempt = 0; attempt < 5; attempt++) {
            LockSupport.unpark(Thread.currentThread());
            backend.one(source, AwaitMode.MAYBE).await();
            long start = System.nanoTime();
            LockSupport.parkNanos(this, LONG_PARK_NANOS);
            if (System.nanoTime() - start < LONG_PARK_NANOS / 2) return false;
        }
        return true;
    }
}
