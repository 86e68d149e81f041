package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.each;
import static dev.weft.Async.stream;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import dev.weft.tck.Later;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Streams that have many subscribers. */
final class SharedPrograms extends Programs {
    SharedPrograms(Stage stage) {
        super(stage);
    }

    void allReceiveTheSameAndLateOnesTheLatestFirst() {
        SharedStream<Integer> shared = SharedStream.of(2, Overflow.suspend());
        note("nobody", shared.emit(0));
        try (AsyncIterator<Integer> first = each(shared.stream())) {
            for (int n = 1; n <= 3; n++) note("emitted", shared.emit(n));
            try (AsyncIterator<Integer> late = each(shared.stream())) {
                shared.emit(4);
                shared.complete();
                note("refused", shared.emit(5));
                note("first", rest(first));
                note("late", rest(late));
            }
        }
        note("after the end", shared.stream().collect(9));
        noteDiscarded();
    }

    void theSlowestSubscriberSlowsTheEmitter() {
        SharedStream<Integer> shared = SharedStream.of(0, Overflow.suspend());
        try (AsyncIterator<Integer> fast = each(shared.stream());
                AsyncIterator<Integer> slow = each(shared.stream())) {
            for (int n = 0; n < 32; n++) shared.emit(n);
            var emitting = new CompletableFuture<Thread>();
            Deferred<?> emitter = async(() -> {
                emitting.complete(Thread.currentThread());
                shared.emit(32);
            });
            for (int n = 0; n < 32; n++) fast.next();
            parked(await(emitting));
            note("waits", emitter.state());
            for (int n = 0; n < 24; n++) slow.next();
            emitter.await();
            note("next", fast.next());
        }
        untilDiscarded(9);
        noteDiscarded();
    }

    void aSubscriberThatIsTooSlowLosesOrFailsAlone() {
        SharedStream<Integer> shared = SharedStream.of(0, Overflow.error(2));
        try (AsyncIterator<Integer> slow = each(shared.stream());
                AsyncIterator<Integer> quick = each(shared.stream())) {
            for (int n = 0; n < 4; n++) {
                shared.emit(n);
                note("quick", quick.next());
            }
            note("slow", List.of(slow.next(), slow.next()));
            attempt("then", slow::hasNext);
        }
        SharedStream<Integer> latest = SharedStream.of(0, Overflow.latest());
        try (AsyncIterator<Integer> slow = each(latest.stream())) {
            for (int n = 0; n < 4; n++) latest.emit(n);
            note("latest", slow.next());
        }
        noteDiscarded();
    }

    void aFailureReachesAll() {
        SharedStream<Integer> shared = SharedStream.of(1, Overflow.suspend());
        try (AsyncIterator<Integer> one = each(shared.stream());
                AsyncIterator<Integer> two = each(shared.stream())) {
            shared.emit(1);
            shared.fail(new IllegalStateException("lost"));
            for (AsyncIterator<Integer> each : List.of(one, two)) {
                note("value", each.next());
                attempt("then", each::hasNext);
            }
        }
        attempt("late", () -> shared.stream().collect(9));
    }

    void aStreamIsRunOnceForAll() {
        var runs = new AtomicInteger();
        Later later = laterMany();
        AsyncStream<Object> shared =
                AsyncStream.<Object>from(numbered(runs, later)).share(1, Overflow.suspend());
        try (AsyncIterator<Object> first = each(shared)) {
            until(() -> later.requested() > 0);
            later.value("a");
            note("first", first.next());
            try (AsyncIterator<Object> late = each(shared)) {
                note("late", late.next());
                later.value("b");
                note("both", List.of(first.next(), late.next()));
            }
            note("runs", runs);
            note("cancellations", later.cancellations());
        }
        until(() -> later.cancellations() == 1);
        note("cancellations", later.cancellations());
    }

    private AsyncStream<Object> numbered(AtomicInteger runs, Later later) {
        return stream(out -> {
            runs.incrementAndGet();
            out.emitAll(open(later.source(), 4));
        });
    }

    void aSharedStreamThatHasEndedIsStartedAgain() {
        var runs = new AtomicInteger();
        AsyncStream<Integer> shared = Async.<Integer>stream(out -> {
                    out.emit(runs.incrementAndGet());
                    if (runs.get() == 2) throw new IOException("lost");
                })
                .share(9, Overflow.suspend());
        note("first", shared.collect(9));
        attempt("second", () -> shared.collect(9));
        note("third", shared.collect(9));
    }

    void aStateIsReadAsItIsNow() {
        StateStream<Integer> state = StateStream.of(1);
        try (AsyncIterator<Integer> changes = each(state.stream())) {
            note("first", changes.next());
            state.set(2);
            note("changed", changes.next());
            state.set(3);
            note("updated", state.update(n -> n * 10));
            note("latest", changes.next());
            state.set(30);
            state.set(4);
            state.set(30);
            state.set(5);
            note("not again", changes.next());
        }
        note("value", state.value());
        noteDiscarded();
    }
}
