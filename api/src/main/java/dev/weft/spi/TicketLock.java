package dev.weft.spi;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is passed on in the order in which tickets were taken. What one coroutine does while it holds the lock
 * happens-before what the next one does.
 *
 * @since 0.1
 */
public final class TicketLock {
    private final AtomicReference<@Nullable Ticket> last = new AtomicReference<>();
    private final Backend backend;

    /**
     * A lock that is free.
     *
     * @param backend the backend of the waiting coroutines, whose hook receives the values of cancelled waits
     */
    public TicketLock(Backend backend) {
        this.backend = backend;
    }

    /** {@return a ticket after all that were taken before; it must be released, even if it was not awaited} */
    public Ticket take() {
        var ticket = new Ticket(this);
        SchedulePoint.pass();
        ticket.before = last.getAndSet(ticket);
        return ticket;
    }

    /** A place in the order. */
    public static final class Ticket {
        private static final AtomicReferenceFieldUpdater<Ticket, @Nullable Object> NEXT =
                AtomicReferenceFieldUpdater.newUpdater(Ticket.class, Object.class, "next");

        private static final Object OVER = new Object();

        private final TicketLock tickets;

        /** The ticket before this one, until that was awaited. */
        private @Nullable Ticket before;

        /**
         * What to notify at the release: null, then the wait of the next ticket, or the next ticket if that was given
         * up, then OVER.
         */
        private volatile @Nullable Object next;

        private Ticket(TicketLock tickets) {
            this.tickets = tickets;
        }

        /**
         * Waits until all tickets before this one are released. A suspension point.
         *
         * @param value the value that waits with it, or null
         * @throws java.util.concurrent.CancellationException if the coroutine is cancelled; then the value is
         *     discarded, and the ticket must still be released
         */
        public void await(@Nullable Object value) {
            Ticket first = before;
            if (first == null) return;
            try {
                if (first.next != OVER) new TicketAwait(first).await();
            } catch (Throwable cancelled) {
                Scope here = Scope.current();
                Reports.discard(tickets.backend, here == null ? null : here.context(), value);
                throw cancelled;
            }
            before = null;
        }

        /**
         * Releases the lock; a ticket whose turn has not come yet is skipped when it comes. Called once; never blocks.
         */
        public void release() {
            Ticket first = before;
            before = null;
            while (first != null) {
                SchedulePoint.pass();
                Object told = first.next;
                if (told == OVER) break;
                if (NEXT.compareAndSet(first, told, this)) return;
            }
            pass();
        }

        /**
         * Notifies the next ticket, whose owner will release it in any case; in a loop, since several in a row may have
         * been given up.
         */
        private void pass() {
            for (Ticket over = this; ; ) {
                SchedulePoint.pass();
                Object told = NEXT.getAndSet(over, OVER);
                if (told instanceof TicketAwait wait) wait.succeed(null);
                if (!(told instanceof Ticket left)) return;
                over = left;
            }
        }
    }

    /** The wait for the release of the preceding ticket. */
    private static final class TicketAwait extends SignalAwait {
        private final Ticket first;

        TicketAwait(Ticket first) {
            super(first.tickets.backend);
            this.first = first;
        }

        @Override
        protected void start() {
            SchedulePoint.pass();
            if (!Ticket.NEXT.compareAndSet(first, null, this)) succeed(null);
        }

        @Override
        protected String operation() {
            return "emit";
        }
    }
}
