package dev.weft.spi;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Turns that coroutines take one after the other, in the order in which they have joined. What one does in its turn happens
 * before the next.
 *
 * @since 0.1
 */
public final class TicketLock {
    private final AtomicReference<@Nullable Ticket> last = new AtomicReference<>();
    private final Backend backend;

    /**
     * Nobody has joined yet.
     *
     * @param backend the backend of those who wait, whose hook takes values that cannot wait any longer
     */
    public TicketLock(Backend backend) {
        this.backend = backend;
    }

    /** {@return a turn behind those of all who have joined before; it must be ended, whether it was awaited or not} */
    public Ticket join() {
        var turn = new Ticket(this);
        SchedulePoint.pass();
        turn.before = last.getAndSet(turn);
        return turn;
    }

    /** A place in the order. */
    public static final class Ticket {
        private static final AtomicReferenceFieldUpdater<Ticket, @Nullable Object> NEXT =
                AtomicReferenceFieldUpdater.newUpdater(Ticket.class, Object.class, "next");

        private static final Object OVER = new Object();

        private final TicketLock turns;

        /** The turn before this, until it was awaited. */
        private @Nullable Ticket before;

        /** What is told when this is over: null, then the wait of the next one, or the next turn if it has been left, then OVER. */
        private volatile @Nullable Object next;

        private Ticket(TicketLock turns) {
            this.turns = turns;
        }

        /**
         * Waits until all turns before this one are over. A suspension point.
         *
         * @param value what waits for its turn, or null
         * @throws java.util.concurrent.CancellationException if the coroutine is cancelled; the value is discarded then, and the
         *     turn has to be ended all the same
         */
        public void await(@Nullable Object value) {
            Ticket first = before;
            if (first == null) return;
            try {
                if (first.next != OVER) new Wait(first).await();
            } catch (Throwable cancelled) {
                Scope here = Scope.current();
                Reports.discard(turns.backend, here == null ? null : here.context(), value);
                throw cancelled;
            }
            before = null;
        }

        /** Ends the turn; one that has not come yet is passed over when it comes. Called once; never blocks. */
        public void end() {
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

        /** Tells the next one, who ends its turn in any case; in a loop, since many may have left the order. */
        private void pass() {
            for (Ticket over = this; ; ) {
                SchedulePoint.pass();
                Object told = NEXT.getAndSet(over, OVER);
                if (told instanceof Wait wait) wait.succeed(null);
                if (!(told instanceof Ticket left)) return;
                over = left;
            }
        }
    }

    /** The wait for the turn before to be over. */
    private static final class Wait extends AwaitCell<@Nullable Object> {
        private final Ticket first;

        Wait(Ticket first) {
            super(first.turns.backend);
            this.first = first;
        }

        @Override
        protected void start() {
            SchedulePoint.pass();
            if (!Ticket.NEXT.compareAndSet(first, null, this)) succeed(null);
        }

        @Override
        protected void cancelUpstream(Object handle) {}

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
