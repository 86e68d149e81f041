package dev.weft.tck;

import static dev.weft.tck.ModelBackend.CLOCK;

import dev.weft.spi.SpiLevel;
import dev.weft.spi.Timer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Backends whose clock is wrong, each with one mistake. */
final class BrokenClocks {
    private BrokenClocks() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"6.01", "6.06"})
    static final class FiresTwice extends ModelBackend {
        @Override
        public Timer timer() {
            Timer good = super.timer();
            return (nanos, action) -> good.schedule(nanos, () -> {
                action.run();
                action.run();
            });
        }
    }

    /** An entry of 30 ms: one of 20 might be due before it is removed (6.03), one of 100 before one of 1 (6.06). */
    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("6.02")
    static final class FiresEarly extends ModelBackend {
        @Override
        public Timer timer() {
            Timer good = super.timer();
            long thirty = TimeUnit.MILLISECONDS.toNanos(30);
            return (nanos, action) -> good.schedule(nanos == thirty ? nanos / 10 : nanos, action);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("6.03")
    static final class RemovesNothing extends ModelBackend {
        @Override
        public Timer timer() {
            Timer good = super.timer();
            return (nanos, action) -> {
                good.schedule(nanos, action);
                return () -> {};
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("6.05")
    static final class InterruptsActions extends ModelBackend {
        @Override
        public Timer timer() {
            return (nanos, action) -> {
                Future<?> entry = CLOCK.schedule(action, nanos, TimeUnit.NANOSECONDS);
                return () -> entry.cancel(true);
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("6.08")
    static final class OverflowsItsClock extends ModelBackend {
        @Override
        public Timer timer() {
            Timer good = super.timer();
            return (nanos, action) -> good.schedule(nanos + Integer.MAX_VALUE < 0 ? 1 : nanos, action);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("6.09")
    static final class RunsActionsAtOnce extends ModelBackend {
        @Override
        public Timer timer() {
            Timer good = super.timer();
            return (nanos, action) -> {
                if (nanos > 1) return good.schedule(nanos, action);
                action.run();
                return () -> {};
            };
        }
    }
}
