package dev.weft;

import dev.weft.spi.TicketLock;
import dev.weft.spi.TicketLock.Ticket;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Applies a function to values, one after the other for each key, in members of a group that emit the results. A member
 * waits for its turn in the line of its key, and then for a place. A line exists while it has members.
 */
final class KeyedMapping<K, T, R> {
    private final GroupScope group;
    private final Emitter<R> out;
    private final AsyncFunction<? super T, ? extends K, ?> keyOf;
    private final AsyncFunction<? super T, ? extends R, ?> function;

    /** For the members whose turn it is. */
    private final Semaphore places;

    /** For all values that are in progress or wait. */
    private final Semaphore room;

    private final Map<K, Line> lines = new ConcurrentHashMap<>();

    KeyedMapping(
            GroupScope group,
            Emitter<R> out,
            int concurrency,
            int readAhead,
            AsyncFunction<? super T, ? extends K, ?> keyOf,
            AsyncFunction<? super T, ? extends R, ?> function) {
        this.group = group;
        this.out = out;
        this.keyOf = keyOf;
        this.function = function;
        this.places = new Semaphore(concurrency, true);
        long others = (long) concurrency + readAhead - 1; // one is for the value that is requested first
        this.room = new Semaphore(
                (int) Math.min(Integer.MAX_VALUE - 1, others)); // a place may be given back before it is taken
    }

    /** Starts to process a value, and returns when there is room for the next one. */
    boolean start(T value) throws Exception {
        Application application = application(value);
        Handle<?> member;
        try {
            member = group.async(application);
        } catch (Throwable cancelled) {
            application.end();
            throw cancelled;
        }
        member.whenDone(application::end);
        GatherScope.acquire(room);
        return true;
    }

    private Application application(T value) throws Exception {
        try {
            K key = Objects.requireNonNull(keyOf.apply(value), "key");
            Line line = Objects.requireNonNull(lines.compute(key, (same, present) -> Line.entered(this, present)));
            return new Application(value, key, line.tickets.take());
        } catch (Throwable thrown) {
            discard(value);
            throw thrown;
        }
    }

    private void discard(@Nullable T value) {
        group.discard(value);
    }

    /** The values of one key; changed only inside the map's operations, one at a time. */
    private static final class Line {
        final TicketLock tickets;
        private int length;

        Line(TicketLock tickets) {
            this.tickets = tickets;
        }

        static Line entered(KeyedMapping<?, ?, ?> in, @Nullable Line present) {
            Line line = present == null ? new Line(new TicketLock(in.group.backend())) : present;
            line.length++;
            return line;
        }

        @Nullable
        Line left() {
            return --length == 0 ? null : this;
        }
    }

    /** The function applied to one value. */
    private final class Application implements AsyncAction<Exception> {
        private final K key;
        private final Ticket ticket;
        private @Nullable T value;
        private boolean placed;

        Application(T value, K key, Ticket ticket) {
            this.value = value;
            this.key = key;
            this.ticket = ticket;
        }

        @Override
        public void run() throws Exception {
            T argument = value;
            value = null;
            if (argument == null) return;
            ticket.await(argument);
            takePlace(argument);
            out.emit(AsyncStream.present("mapConcurrentByKey", function.apply(argument)));
        }

        private void takePlace(T argument) {
            try {
                GatherScope.acquire(places);
                placed = true;
                Async.checkpoint(); // a member that was cancelled with this one may have freed it
            } catch (Throwable cancelled) {
                discard(argument);
                throw cancelled;
            }
        }

        /** Called once, when this and everything that it started has ended, or if it never began. */
        void end() {
            discard(value);
            ticket.release();
            lines.computeIfPresent(key, (same, line) -> line.left());
            if (placed) places.release();
            room.release();
        }
    }
}
