package dev.weft;

import dev.weft.spi.CoroutineTask;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.Scope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Pairs the values of two streams. The first stream runs in the coroutine of the subscriber, the second in a member,
 * which hands over a value when one is requested; both make their next value at the same time. This object is the
 * monitor of what they share.
 */
final class Zip<T, U, R> {
    private final GroupScope group;
    private final Emitter<R> out;
    private final AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner;
    private final WaitCondition request;
    private final WaitCondition answer;

    /** Whether the first stream needs a value of the second, and that value. */
    private boolean requested;

    private @Nullable U handedOver;

    /** Whether the second stream has ended. */
    private boolean ended;

    Zip(Emitter<R> out, AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner) {
        this.group = new GroupScope(Objects.requireNonNull(Scope.current()));
        this.out = out;
        this.combiner = combiner;
        this.request = new WaitCondition(this, group.backend(), "zip");
        this.answer = new WaitCondition(this, group.backend(), "zip");
    }

    void run(Generator<T> first, AsyncStream<U> second) throws Exception {
        try {
            group.<@Nullable Void>run(members -> {
                runInside(first, second);
                return null;
            });
        } finally {
            Async.discard(take());
        }
    }

    private void runInside(Generator<T> first, AsyncStream<U> second) throws Exception {
        PipeScope<T> pipe = PipeScope.stoppable(new Demand(), this::pair);
        Handle<?> other = second.startIn(
                group, () -> PipeScope.runAsDemanded(second.generator(), new OtherDemand(), this::handOver));
        other.whenDone(() -> otherEnded(pipe));
        pipe.run(first);
        other.cancel("the stream that it is zipped with has ended");
    }

    /** What a value of the first stream waits for; the second is asked at the same time. */
    private final class Demand implements Emitter<Object> {
        @Override
        public void emit(Object value) {
            throw new IllegalStateException("nothing is emitted here");
        }

        @Override
        public void awaitDemand() {
            out.awaitDemand();
            request();
        }

        @Override
        public Emitter<Object> concurrent() {
            out.concurrent();
            return this;
        }
    }

    /**
     * What a value of the second stream waits for, before it is made. Not if several coroutines make them, nor in a
     * shield, where nobody could end the wait: then {@link #handOver} waits, outside.
     */
    private final class OtherDemand implements Emitter<Object> {
        /** Written by the generator before it starts the others. */
        private boolean shared;

        @Override
        public void emit(Object value) {
            throw new IllegalStateException("nothing is emitted here");
        }

        @Override
        public void awaitDemand() {
            if (!shared && !isShielded()) awaitRequest();
        }

        @Override
        public Emitter<Object> concurrent() {
            shared = true;
            return this;
        }

        private static boolean isShielded() {
            Scope here = Scope.current();
            while (here != null && !(here instanceof CoroutineTask) && !(here instanceof ShieldScope))
                here = here.parent();
            return here instanceof ShieldScope;
        }
    }

    private void awaitRequest() {
        if (!isRequested()) request.suspendUntil(this::isRequested);
    }

    private void request() {
        SchedulePoint.pass();
        synchronized (this) {
            if (handedOver == null) requested = true;
        }
        request.signal();
    }

    private synchronized boolean isRequested() {
        return requested;
    }

    /** Takes a value of the second stream. */
    private boolean handOver(U value) {
        try {
            awaitRequest(); // it has not waited yet, if several coroutines emit
        } catch (Throwable cancelled) {
            Async.discard(value);
            throw cancelled;
        }
        SchedulePoint.pass();
        synchronized (this) {
            requested = false;
            handedOver = value;
        }
        answer.signal();
        return true;
    }

    /** Takes a value of the first stream. {@return whether another pair may come} */
    private boolean pair(T value) throws Exception {
        U other = awaitOther(value);
        if (other == null) {
            Async.discard(value);
            return false;
        }
        out.emit(AsyncStream.present("zip", combiner.apply(value, other)));
        return !isOver();
    }

    private @Nullable U awaitOther(T value) {
        try {
            request();
            if (!isAnswered()) answer.suspendUntil(this::isAnswered);
            return take();
        } catch (Throwable cancelled) {
            Async.discard(value);
            throw cancelled;
        }
    }

    private synchronized boolean isAnswered() {
        return handedOver != null || ended;
    }

    private synchronized boolean isOver() {
        return handedOver == null && ended;
    }

    private @Nullable U take() {
        SchedulePoint.pass();
        synchronized (this) {
            U value = handedOver;
            handedOver = null;
            return value;
        }
    }

    private void otherEnded(PipeScope<T> pipe) {
        SchedulePoint.pass();
        synchronized (this) {
            ended = true;
        }
        answer.signal();
        if (isOver() && group.cancellation() == null) pipe.stop();
    }
}
