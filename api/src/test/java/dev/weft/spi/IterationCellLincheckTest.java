package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.shared;
import static dev.weft.spi.Exploration.together;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An iteration: every value is returned in its order or discarded; the source is asked by one at a time, and cancelled once. */
class IterationCellLincheckTest {
    @Test
    void aSourceThatAnswersRequestsIsIteratedToItsEnd() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var cell = new Iteration(fates, 1);
            together(
                    () -> {
                        cell.open();
                        for (int expected = 1; cell.hasNext(); expected++) cell.take(expected);
                    },
                    cell::subscribe);
            fates.areThoseOf(Iteration.VALUES);
            check(cell.cancels.get() == 0, "cancelled");
        });
    }

    @Test
    void aValueThatMeetsTheCloseIsDiscarded() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var cell = new Iteration(fates, Iteration.VALUES);
            together(
                    () -> {
                        cell.open();
                        if (cell.hasNext()) cell.take(1);
                        cell.close();
                    },
                    cell::subscribe);
            fates.areThoseOf(cell.sent);
            check(cell.cancels.get() <= 1, "cancelled twice");
            check(cell.cancels.get() == 1 || cell.sent == Iteration.VALUES, "not cancelled");
        });
    }

    @Test
    void aSubscriptionThatMeetsTheCloseIsCancelled() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var cell = new Iteration(fates, 1);
            together(
                    () -> {
                        cell.open();
                        cell.close();
                    },
                    cell::subscribe);
            fates.areThoseOf(cell.sent);
            check(cell.cancels.get() == 1, "cancelled not once");
        });
    }

    private static final class Iteration extends IterationCell<Integer> {
        static final int VALUES = 3;

        private final Fates fates;
        private final AtomicBoolean asked = new AtomicBoolean();
        final AtomicInteger cancels = new AtomicInteger();
        int sent;

        Iteration(Fates fates, int prefetch) {
            super(fates, prefetch, Iteration.class);
            this.fates = fates;
            shared(this);
        }

        void subscribe() {
            subscribed("subscription");
        }

        void take(int expected) {
            check(next() == expected, "overtaken");
            fates.add(expected);
        }

        @Override
        protected void subscribe(Object source) {}

        @Override
        protected boolean isCancelQuick() {
            return true;
        }

        @Override
        protected void request(Object subscription, long count) {
            check(asked.compareAndSet(false, true), "asked twice at a time");
            for (long n = count; n > 0 && sent < VALUES; n--) {
                value(++sent);
                if (sent == VALUES) completed();
            }
            asked.set(false);
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            cancels.incrementAndGet();
        }
    }
}
