package dev.weft;

import dev.weft.spi.TicketLock;
import dev.weft.spi.TicketLock.Ticket;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Applies a function to values, several at a time, in members of a group that emit what it has returned. */
final class ConcurrentMapping<T, R> {
    private final GroupScope group;
    private final AsyncConsumer<? super R, ?> emission;
    private final Semaphore places;
    private final AsyncFunction<? super T, ? extends R, ?> function;

    /** Null if the results need not keep the order. */
    private final @Nullable TicketLock tickets;

    ConcurrentMapping(
            GroupScope group,
            AsyncConsumer<? super R, ?> emission,
            int concurrency,
            AsyncFunction<? super T, ? extends R, ?> function,
            boolean ordered) {
        this.group = group;
        this.emission = emission;
        this.places = new Semaphore(concurrency - 1); // one place is for the value that is requested first
        this.function = function;
        this.tickets = ordered ? new TicketLock(group.backend()) : null;
    }

    /** Starts to process a value, and returns when there is a place for the next one. */
    boolean start(T value) {
        var application = new Application(value, tickets == null ? null : tickets.take());
        Handle<?> member;
        try {
            member = group.async(application);
        } catch (Throwable cancelled) {
            application.end();
            throw cancelled;
        }
        member.whenDone(application::end);
        GatherScope.acquire(places);
        return true;
    }

    /** The function applied to one value. */
    private final class Application implements AsyncAction<Exception> {
        private final @Nullable Ticket ticket;
        private @Nullable T value;

        Application(T value, @Nullable Ticket ticket) {
            this.value = value;
            this.ticket = ticket;
        }

        @Override
        public void run() throws Exception {
            T argument = value;
            value = null;
            if (argument == null) return;
            R result = apply(argument);
            if (ticket != null) ticket.await(result);
            emission.accept(result);
        }

        /** Called once, when this has ended, or if it never began. */
        void end() {
            group.discard(value);
            if (ticket != null) ticket.release();
            places.release();
        }

        /** A failure waits for its turn too, so that it comes after the results before it. */
        private R apply(T argument) throws Exception {
            try {
                return function.apply(argument);
            } catch (CancelledException cancelled) {
                throw cancelled;
            } catch (Throwable failure) {
                if (ticket != null) ticket.await(null);
                throw failure;
            }
        }
    }
}
