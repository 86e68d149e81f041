package dev.weft;

import dev.weft.spi.Scope;
import dev.weft.spi.TicketLock;
import dev.weft.spi.TicketLock.Ticket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Combines each value of two streams with the newest of the other one. The first stream runs in the coroutine of the
 * subscriber, the second in a member; they take turns, and the tickets guard what they share.
 */
final class CombineLatest<T, U, R> {
    private final GroupScope group;
    private final Emitter<R> out;
    private final AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner;
    private final TicketLock turns;
    private final Side<T> first = new Side<>();
    private final Side<U> second = new Side<>();

    CombineLatest(Emitter<R> out, AsyncBiFunction<? super T, ? super U, ? extends R, ?> combiner) {
        this.group = new GroupScope(Objects.requireNonNull(Scope.current()));
        this.out = out.concurrent();
        this.combiner = combiner;
        this.turns = new TicketLock(group.backend());
    }

    /** The newest value of a stream. One that was never combined is discarded. */
    private static final class Side<V> {
        @Nullable
        V newest;

        private boolean combined;

        void set(V value) {
            discard();
            newest = value;
            combined = false;
        }

        V combine() {
            combined = true;
            return Objects.requireNonNull(newest);
        }

        void discard() {
            if (!combined) Async.discard(newest);
        }
    }

    void run(Generator<T> source, AsyncStream<U> other) throws Exception {
        try {
            group.<@Nullable Void>run(members -> {
                runInside(source, other);
                return null;
            });
        } finally {
            first.discard();
            second.discard();
        }
    }

    /** A stream that ends without a value ends the other one too: there is nothing to combine. */
    private void runInside(Generator<T> source, AsyncStream<U> other) throws Exception {
        PipeScope<T> pipe = PipeScope.stoppable(out, value -> take(first, value));
        Handle<?> member = other.startIn(
                group, () -> PipeScope.runAsDemanded(other.generator(), out, value -> take(second, value)));
        member.whenDone(() -> {
            if (second.newest == null && group.cancellation() == null) pipe.stop();
        });
        pipe.run(source);
        if (first.newest == null) member.cancel("the stream that it is combined with has no value");
    }

    private <V> boolean take(Side<V> side, V value) throws Exception {
        Ticket turn = turns.take();
        try {
            turn.await(value);
            side.set(value);
            if (first.newest != null && second.newest != null)
                out.emit(AsyncStream.present("combineLatest", combiner.apply(first.combine(), second.combine())));
            return true;
        } finally {
            turn.release();
        }
    }
}
