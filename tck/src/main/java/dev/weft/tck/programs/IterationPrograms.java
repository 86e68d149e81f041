package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.run;

import dev.weft.AsyncIterator;
import dev.weft.Deferred;
import dev.weft.OverflowException;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/** Loops over the library's streams: demand, prefetch, leaving early, failures, cancellation. */
final class IterationPrograms extends Programs {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration HOUR = Duration.ofHours(1);

    IterationPrograms(Stage stage) {
        super(stage);
    }

    // --- demand

    void demandWithPrefetch1() {
        demandPerValue(1, 6);
    }

    void demandWithPrefetch2() {
        demandPerValue(2, 8);
    }

    void demandWithPrefetch3() {
        demandPerValue(3, 9);
    }

    void demandWithPrefetch4() {
        demandPerValue(4, 12);
    }

    void demandWithPrefetch5() {
        demandPerValue(5, 12);
    }

    void demandWithPrefetch8() {
        demandPerValue(8, 20);
    }

    void demandWithPrefetch32() {
        demandPerValue(32, 80);
    }

    void demandWithPrefetch256() {
        demandPerValue(256, 600);
    }

    /** Takes each value as soon as it has arrived, and notes what is then requested. */
    private void demandPerValue(int prefetch, int values) {
        Later later = laterMany();
        try (AsyncIterator<Object> iterator = open(later.source(), prefetch)) {
            long before = later.requested();
            note("at first " + before);
            for (int n = 1; n <= values; n++) {
                later.value(n);
                if (!iterator.next().equals(n)) note("out of order at " + n);
                long after = later.requested();
                if (after != before) note("after value " + n + ": " + (after - before));
                before = after;
            }
            later.complete();
            note("hasNext", iterator.hasNext());
        }
        noteEnd(later);
    }

    void demandOfBursts() {
        for (int prefetch : new int[] {1, 2, 3, 4, 32}) demandPerBurst(prefetch);
    }

    /** Sends all that is requested at once, then consumes it. */
    private void demandPerBurst(int prefetch) {
        Later later = laterMany();
        List<Long> requests = new ArrayList<>();
        long sent = 0;
        try (AsyncIterator<Object> iterator = open(later.source(), prefetch)) {
            for (int burst = 0; burst < 4; burst++) {
                long open = later.requested() - sent;
                requests.add(open);
                for (; sent < later.requested(); sent++) later.value(sent);
                for (long n = 0; n < open; n++) iterator.next();
            }
        }
        note("prefetch " + prefetch + " requests", requests);
        noteEnd(later);
        noteDiscarded();
    }

    void nothingIsRequestedForLookingAhead() {
        Later later = laterMany();
        try (AsyncIterator<Object> iterator = open(later.source(), 4)) {
            later.value("a");
            note("hasNext", iterator.hasNext());
            note("again", iterator.hasNext());
            note("requested", later.requested());
            note("next", iterator.next());
        }
        noteEnd(later);
        noteDiscarded();
    }

    void noMoreThanThePrefetchIsUnderWay() {
        Later later = laterMany();
        int most = 0;
        int taken = 0;
        int sent = 0;
        try (AsyncIterator<Object> iterator = open(later.source(), 7)) {
            for (; taken < 50; taken++) {
                for (; sent < later.requested(); sent++) later.value(sent);
                most = Math.max(most, sent - taken);
                iterator.next();
            }
        }
        note("at most", most);
        noteEnd(later);
        noteDiscarded();
    }

    // --- values

    void aSourceIsReadToItsEnd() {
        for (int prefetch : new int[] {1, 2, 3, 32}) {
            try (var values = open(many(1, 2, 3, 4, 5, 6, 7), prefetch)) {
                note("prefetch " + prefetch, rest(values));
            }
        }
        noteDiscarded();
    }

    void anEmptySourceHasNoNext() {
        try (var values = open(many(), 4)) {
            note("hasNext", values.hasNext());
            attempt("next", values::next);
            note("hasNext", values.hasNext());
        }
    }

    void aLoopMayAwait() {
        int sum = 0;
        try (var values = open(many(1, 2, 3), 1)) {
            for (Object value : values) sum += (Integer) await(awaitable(ready(10))) * (Integer) value;
        }
        note("sum", sum);
    }

    void aLongSourceIsIteratedOnOneThread() {
        Thread before = Thread.currentThread();
        long sum = 0;
        try (var values = open(infinite(), 32)) {
            for (int n = 0; n < 10_000; n++) sum += (Integer) values.next();
        }
        note("sum", sum);
        note("same thread", Thread.currentThread() == before);
    }

    void twoIteratorsAreTwoSubscriptions() {
        Object source = infinite();
        try (var first = open(source, 2);
                var second = open(source, 3)) {
            for (int n = 0; n < 4; n++) note("pair", List.of(first.next(), second.next()));
        }
    }

    void valuesOfAnotherThreadArriveInOrder() {
        Later later = laterMany();
        Deferred<List<Object>> reader = async(() -> {
            try (var values = open(later.source(), 3)) {
                return rest(values);
            }
        });
        for (int n = 0; n < 20; n++) send(later, n);
        later.complete();
        note("all", reader.await());
        noteDiscarded();
    }

    void collectHasALimit() {
        note("all", open(many("a", "b"), 4).collect(2));
        Later later = laterMany();
        AsyncIterator<Object> values = open(later.source(), 4);
        for (int n = 0; n < 4; n++) later.value(n);
        attempt("too many", () -> values.collect(2));
        noteEnd(later);
        noteDiscarded();
        attempt("negative", () -> open(many("a"), 1).collect(-1));
    }

    // --- the end

    void leavingALoopCancelsAndDiscards() {
        Later later = laterMany();
        try (var values = open(later.source(), 4)) {
            for (int n = 0; n < 4; n++) later.value(n);
            for (Object value : values) {
                note("value", value);
                if (value.equals(1)) break;
            }
        }
        noteEnd(later);
        noteDiscarded();
    }

    void closingTwiceCancelsOnce() {
        Later later = laterMany();
        AsyncIterator<Object> values = open(later.source(), 4);
        values.close();
        values.close();
        noteEnd(later);
        attempt("hasNext", values::hasNext);
    }

    void aThrowingLoopCancelsItsSource() {
        Later later = laterMany();
        attempt("loop", () -> {
            try (var values = open(later.source(), 2)) {
                later.value("a");
                throw new IllegalStateException("at " + values.next());
            }
        });
        noteEnd(later);
    }

    void anIteratorNobodyClosedIsClosedWithItsScope() {
        Later later = laterMany();
        var escaped = new ArrayList<AsyncIterator<Object>>();
        run(() -> {
            AsyncIterator<Object> values = open(later.source(), 4);
            escaped.add(values);
            later.value("a");
            later.value("b");
            note("value", values.next());
        });
        noteEnd(later);
        noteDiscarded();
        attempt("hasNext", () -> escaped.get(0).hasNext());
    }

    void aFinishedSourceIsNotCancelled() {
        Later later = laterMany();
        try (var values = open(later.source(), 4)) {
            later.value("a");
            later.complete();
            note("all", rest(values));
        }
        noteEnd(later);
        noteDiscarded();
    }

    void valuesComeBeforeTheFailureBehindThem() {
        var failure = new IllegalStateException("behind");
        try (var values = open(failing(failure, "a", "b", "c"), 32)) {
            note("first", values.next());
            note("second", values.next());
            note("third", values.next());
            attempt("failure", values::hasNext);
            attempt("again", values::hasNext);
            attempt("next", values::next);
        }
        noteDiscarded();
    }

    void aLaterFailureWaitsForTheValuesBeforeIt() {
        Later later = laterMany();
        try (var values = open(later.source(), 4)) {
            later.value("a");
            later.fail(new IOException("line"));
            note("value", values.next());
            attempt("failure", values::next);
        }
        noteEnd(later);
    }

    void nextBehindTheEndIsAnError() {
        try (var values = open(many("a"), 4)) {
            note("value", values.next());
            attempt("next", values::next);
            try {
                values.next();
            } catch (NoSuchElementException thrown) {
                note("again");
            }
        }
    }

    void cancellationEndsAnIterationForGood() {
        Later later = laterMany();
        var first = new CompletableFuture<Boolean>();
        Deferred<Object> reader = async(() -> {
            try (var values = open(later.source(), 4)) {
                note("value", values.next());
                first.complete(true);
                attempt("waiting", values::hasNext);
                attempt("again", values::hasNext);
                attempt("next", values::next);
                return "swallowed";
            }
        });
        until(() -> later.requested() > 0);
        later.value("a");
        await(first);
        reader.cancel();
        attempt("reader", reader::await);
        note("cancellations", later.cancellations());
    }

    void queuedValuesAreDiscardedWhenTheReaderIsCancelled() {
        Later later = laterMany();
        var first = new CompletableFuture<Boolean>();
        var gate = new CompletableFuture<Boolean>();
        Deferred<Object> reader = async(() -> {
            try (var values = open(later.source(), 4)) {
                note("value", values.next());
                first.complete(true);
                attempt("gate", () -> await(gate));
                return values.next();
            }
        });
        until(() -> later.requested() > 0);
        for (int n = 0; n < 4; n++) later.value(n);
        await(first);
        reader.cancel();
        attempt("reader", reader::await);
        noteEnd(later);
        noteDiscarded();
    }

    void anIteratorBelongsToOneThread() {
        try (var values = open(many("a"), 4)) {
            Deferred<Boolean> other = async(values::hasNext);
            attempt("other thread", other::await);
            note("own", values.next());
        }
    }

    void moreThanWasRequestedIsAnErrorBehindTheQueue() {
        var cancelled = new AtomicInteger();
        try (var values = open(misbehaving(flood(cancelled, 5)), 2)) {
            note("first", values.next());
            note("second", values.next());
            try {
                note("third", values.next());
            } catch (OverflowException thrown) {
                note("overflow");
            }
        }
        note("cancellations", cancelled);
        noteDiscarded();
        noteViolations();
    }

    private static Flow.Publisher<Object> flood(AtomicInteger cancelled, int count) {
        return subscriber -> {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long ignored) {}

                @Override
                public void cancel() {
                    cancelled.incrementAndGet();
                }
            });
            for (int n = 0; n < count; n++) subscriber.onNext(n);
        };
    }

    void aNegativePrefetchIsRefused() {
        attempt("open", () -> open(many("a"), -1));
    }

    void aNestedCoroutineMayReadOn() {
        try (var values = open(many("a", "b", "c"), 2)) {
            note("first", values.next());
            note("nested", await(coroutine(() -> values.next())));
            note("last", values.next());
        }
    }

    private void noteEnd(Later later) {
        note("subscriptions", later.subscriptions());
        note("cancellations", later.cancellations());
    }

    // --- time

    void aSilenceIsNoEndOfALoop() {
        Later later = laterMany();
        try (AsyncIterator<Object> values = open(later.source(), 4)) {
            note("silence", values.next(SHORT));
            later.value("a");
            note("value", values.next(HOUR));
            int silences = 0;
            for (Optional<Object> value : values.orSilence(SHORT)) {
                if (value.isPresent()) note("loop", value.get());
                else if (++silences == 1) later.value("b");
                else if (silences == 2) later.complete();
            }
            attempt("end", () -> values.next(SHORT));
        }
        noteEnd(later);
        noteDiscarded();
    }

    void aTimeThatIsOverAsksInLockStepToo() {
        Later later = laterMany();
        try (AsyncIterator<Object> values = open(later.source(), 1)) {
            note("no time", values.next(Duration.ZERO));
            later.value("a");
            note("no time", values.next(Duration.ZERO));
            later.fail(new IOException("lost"));
            attempt("failed", () -> values.next(HOUR));
        }
        noteEnd(later);
    }

    void aCancellationEndsAWaitForALimitedTime() {
        Later later = laterMany();
        var opened = new CompletableFuture<Thread>();
        Deferred<?> child = async(() -> {
            try (AsyncIterator<Object> values = open(later.source(), 4)) {
                opened.complete(Thread.currentThread());
                note("never", values.next(HOUR));
            }
        });
        parked(await(opened));
        child.cancel();
        attempt("await", child::await);
        noteEnd(later);
    }
}
