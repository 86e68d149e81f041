package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.shared;
import static dev.weft.spi.Exploration.together;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Turns: one at a time, in the order of joining; a thread that leaves lets the next ones pass. */
class TicketLockLincheckTest {
    @Test
    void turnsComeOneAtATime() {
        Exploration.schedules(() -> {
            var tickets = shared(new TicketLock(new Fates()));
            var inside = new AtomicInteger();
            Runnable one = () -> {
                TicketLock.Ticket ticket = tickets.take();
                ticket.await(null);
                check(inside.incrementAndGet() == 1, "two at a time");
                inside.decrementAndGet();
                ticket.release();
            };
            together(one, one);
        });
    }

    @Test
    void whoeverLeavesIsPassedOverInTheOrderOfJoining() {
        Exploration.schedules(() -> {
            var tickets = shared(new TicketLock(new Fates()));
            var ended = new AtomicInteger();
            TicketLock.Ticket first = tickets.take();
            TicketLock.Ticket second = tickets.take();
            TicketLock.Ticket third = tickets.take();
            together(
                    () -> {
                        ended.incrementAndGet();
                        first.release();
                    },
                    second::release,
                    () -> {
                        third.await(null);
                        check(ended.get() == 1, "before its turn");
                        third.release();
                    });
        });
    }
}
