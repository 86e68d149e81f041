package dev.weft;

import dev.weft.spi.TicketLock;
import dev.weft.spi.TicketLock.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values on their way into lists. Each list is emitted when it is full, or when its time is over; while it waits for
 * demand, the source waits too. The tickets guard the fields: the source's coroutine and the one that waits for the
 * time take them.
 */
final class Chunks<T> {
    private final GroupScope group;
    private final TicketLock tickets;
    private final Emitter<List<T>> out;
    private final int size;
    private final Duration time;

    private List<T> current = new ArrayList<>();
    private @Nullable Deferred<?> timer;

    Chunks(GroupScope group, Emitter<List<T>> out, int size, Duration time) {
        this.group = group;
        this.tickets = new TicketLock(group.backend());
        this.out = out.concurrent();
        this.size = size;
        this.time = time;
    }

    /** Adds a value; the first value of a list starts its time. */
    void add(T value) {
        Ticket ticket = tickets.take();
        try {
            ticket.await(value);
            current.add(value);
            if (current.size() == size) emit();
            else if (current.size() == 1) start(current);
        } finally {
            ticket.release();
        }
    }

    /** Emits what is left. */
    void flush() {
        inTurn(this::emit);
    }

    /** Discards the values that cannot be emitted any more, when the group has been left. */
    void discard() {
        current.forEach(Async::discard);
        current = List.of();
    }

    private void start(List<T> chunk) {
        timer = group.async(() -> {
            Async.delay(time);
            inTurn(() -> {
                if (current != chunk) return;
                timer = null;
                emit();
            });
        });
    }

    private void emit() {
        if (timer != null) timer.cancel();
        timer = null;
        List<T> full = current;
        if (full.isEmpty()) return;
        current = new ArrayList<>();
        out.emit(full);
    }

    private void inTurn(Runnable action) {
        Ticket ticket = tickets.take();
        try {
            ticket.await(null);
            action.run();
        } finally {
            ticket.release();
        }
    }
}
