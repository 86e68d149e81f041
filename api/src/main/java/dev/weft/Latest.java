package dev.weft;

import dev.weft.spi.TicketLock;
import dev.weft.spi.TicketLock.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action for each value, in a member of a group; a new value cancels the run for the one before it, and its own
 * run begins when that has ended. So there is one run at a time, and the source waits only while a cancelled run cleans
 * up.
 */
final class Latest<T> {
    private static final String NEWER = "a newer value has come";

    private final GroupScope group;
    private final TicketLock turns;
    private final AsyncConsumer<? super T, ?> action;
    private @Nullable Handle<?> current;

    Latest(GroupScope group, AsyncConsumer<? super T, ?> action) {
        this.group = group;
        this.turns = new TicketLock(group.backend());
        this.action = action;
    }

    /** Ends the run of the value before this one, and starts that of this one; always called by one coroutine at a time. */
    boolean start(T value) {
        if (current != null) current.cancel(NEWER);
        var run = new Run(value, turns.take());
        Handle<?> member;
        try {
            run.awaitTurn();
            member = group.async(run);
        } catch (Throwable cancelled) {
            run.end();
            throw cancelled;
        }
        member.whenDone(run::end);
        current = member;
        return true;
    }

    /** The action for one value. */
    private final class Run implements AsyncAction<Exception> {
        private final Ticket turn;
        private @Nullable T value;

        Run(T value, Ticket turn) {
            this.value = value;
            this.turn = turn;
        }

        void awaitTurn() {
            turn.await(null);
        }

        @Override
        public void run() throws Exception {
            T argument = value;
            value = null;
            if (argument != null) action.accept(argument);
        }

        /** Called once, when this and everything that it started has ended, or if it never began. */
        void end() {
            group.discard(value);
            turn.release();
        }
    }
}
