package dev.weft.spi;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is handed on in the order of the tickets that were taken. What one coroutine does while it holds the lock happens
 * before what the next one does.
 *
 * @since 0.1
 */
public final class TicketLock {
    private final AtomicReference<@Nullable Ticket> last = new AtomicReference<>();
    private final Backend backend;

    /**
     * A lock that is free.
     *
     * @param backend the backend of those who wait, whose hook takes values that cannot wait any longer
     */
    public TicketLock(Backend backend) {
        this.backend = backend;
    }

    /** {@return a ticket after all that were taken before; it must be released, whether it was awaited or not} */
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

        /** The ticket before this one, until it was awaited. */
        private @Nullable Ticket before;

        /** What is told at the release: null, then the wait of the next ticket, or the next ticket if it has been left, then OVER. */
        private volatile @Nullable Object next;

        private Ticket(TicketLock tickets) {
            this.tickets = tickets;
        }

        /**
         * Waits until all tickets before this one are released. A suspension point.
         *
         * @param value the value that waits with it, or null
         * @throws java.util.concurrent.CancellationException if the coroutine is cancelled; the value is discarded then, and the
         *     ticket has to be released all the same
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

        /** Releases the lock; a ticket whose turn has not come yet is passed over when it comes. Called once; never blocks. */
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

        /** Tells the next one, which releases its ticket in any case; in a loop, since many may have left the order. */
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

    /** The wait for the release of the ticket before. */
    private static final class TicketAwait extends AwaitCell<@Nullable Object> {
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
        protected void cancelUpstream(Object subscription) {}

        @Override
        protected boolean isCancelQuick() {
            return true;
        }

        @Override
        protected String operation() {
            return "emit";
        }
    }
}
