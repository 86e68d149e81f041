package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.shared;
import static dev.weft.spi.Exploration.together;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Turns: one at a time, in the order of joining, and whoever leaves lets the next ones pass. */
class TicketLockLincheckTest {
    @Test
    void turnsComeOneAtATime() {
        Exploration.schedules(() -> {
            var turns = shared(new TicketLock(new Fates()));
            var inside = new AtomicInteger();
            Runnable one = () -> {
                TicketLock.Ticket turn = turns.join();
                turn.await(null);
                check(inside.incrementAndGet() == 1, "two at a time");
                inside.decrementAndGet();
                turn.end();
            };
            together(one, one);
        });
    }

    @Test
    void whoeverLeavesIsPassedOverInTheOrderOfJoining() {
        Exploration.schedules(() -> {
            var turns = shared(new TicketLock(new Fates()));
            var ended = new AtomicInteger();
            TicketLock.Ticket first = turns.join();
            TicketLock.Ticket second = turns.join();
            TicketLock.Ticket third = turns.join();
            together(
                    () -> {
                        ended.incrementAndGet();
                        first.end();
                    },
                    second::end,
                    () -> {
                        third.await(null);
                        check(ended.get() == 1, "before its turn");
                        third.end();
                    });
        });
    }
}
