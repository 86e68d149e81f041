package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.together;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** One outcome, one fate for each value, one cancel for each subscription, and nothing waits forever. */
class AwaitCellLincheckTest {
    enum Outcome {
        NONE,
        VALUE,
        FAILURE,
        CANCELLED
    }

    @Test
    void theFirstSignalIsTheOutcome() {
        Exploration.scenarios(3, Signals.class, FirstSignal.class);
    }

    @Test
    void ofManyCallbacksOneIsTaken() {
        Exploration.schedules(() -> {
            var cell = new Detached();
            together(cell::start, () -> cell.value(1), () -> {
                cell.value(2);
                cell.cancel();
            });
            cell.isOver(2);
        });
    }

    @Test
    void aLaterValueTakesThePlaceOfTheOneBefore() {
        Exploration.schedules(() -> {
            var cell = new Detached();
            cell.start();
            together(
                    () -> {
                        cell.replace(1);
                        cell.replace(2);
                    },
                    cell::cancel);
            cell.isOver(2);
        });
    }

    @Test
    void aParkedThreadReturnsTheValueThatWinsAgainstAnInterrupt() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var cell = new Cell(fates, () -> Thread.currentThread().interrupt());
            var won = new AtomicBoolean();
            var returned = new AtomicBoolean();
            together(() -> won.set(cell.value(1) && !cell.isCancelled()), () -> {
                try {
                    fates.add(cell.await());
                    returned.set(true);
                } catch (CancellationException cancelled) {
                    check(Thread.currentThread().isInterrupted(), "the flag is lost");
                }
                Thread.interrupted();
            });
            fates.areThoseOf(1);
            check(returned.get() || !won.get(), "a value that has won is lost");
        });
    }

    /** A cell without a thread, and what its owner does. */
    private static final class Detached {
        private final Fates fates = new Fates();
        private final Cell cell = new Cell(fates);
        private final AtomicInteger done = new AtomicInteger();

        void start() {
            cell.startDetached(null, this::done);
        }

        private void done() {
            done.incrementAndGet();
            Integer value = null;
            if (outcome() == Outcome.VALUE) value = cell.outcome(null);
            else cell.release();
            if (value != null) fates.add(value);
        }

        Outcome outcome() {
            if (!cell.isDecided()) return Outcome.NONE;
            if (cell.isCancelled()) return Outcome.CANCELLED;
            return cell.failure() == null ? Outcome.VALUE : Outcome.FAILURE;
        }

        boolean value(int value) {
            return cell.value(value) && outcome() == Outcome.VALUE;
        }

        void replace(int value) {
            cell.replace(value);
        }

        boolean cancel() {
            return cell.cancelDetached(null);
        }

        void isOver(int values) {
            cancel();
            check(done.get() == 1, "told not once");
            fates.areThoseOf(values);
        }
    }

    /** The signals of one source come one by one; the rest comes when it likes. */
    public static final class Signals {
        private static final RuntimeException FAILURE = new RuntimeException("source");

        private final Detached detached = new Detached();
        private int values;
        private boolean started;
        private boolean attached;
        private boolean ended;

        @Operation(runOnce = true)
        public void start() {
            started = true;
            detached.start();
        }

        @Operation(runOnce = true, nonParallelGroup = "source")
        public void attach() {
            attached = true;
            detached.cell.attach("handle");
        }

        @Operation(nonParallelGroup = "source")
        public boolean value() {
            ended = true;
            return detached.value(++values);
        }

        @Operation(nonParallelGroup = "source")
        public boolean fail() {
            ended = true;
            return detached.cell.fail(FAILURE);
        }

        @Operation
        public boolean cancel() {
            return detached.cancel();
        }

        @Operation
        public Outcome outcome() {
            return detached.outcome();
        }

        @Validate
        public void isOver() {
            if (!started) start();
            detached.isOver(values);
            int most = attached && detached.outcome() == Outcome.CANCELLED ? 1 : 0;
            int least = ended ? 0 : most;
            int cancels = detached.cell.cancels();
            check(least <= cancels && cancels <= most, "cancelled not once");
        }
    }

    /** What they are to look like: one step. */
    public static final class FirstSignal {
        private Outcome outcome = Outcome.NONE;

        private boolean decide(Outcome first) {
            if (outcome != Outcome.NONE) return false;
            outcome = first;
            return true;
        }

        public void start() {}

        public void attach() {}

        public boolean cancel() {
            return decide(Outcome.CANCELLED);
        }

        public boolean value() {
            return decide(Outcome.VALUE);
        }

        public boolean fail() {
            return decide(Outcome.FAILURE);
        }

        public Outcome outcome() {
            return outcome;
        }
    }
}
