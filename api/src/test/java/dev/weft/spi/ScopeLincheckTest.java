package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.together;
import static dev.weft.spi.Task.within;

import dev.weft.spi.Task.End;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/** The tree of scopes: a task has one end, and a cancellation finds all that is inside, also what is just coming in. */
class ScopeLincheckTest {
    @Test
    void aTaskIsCancelledOnceUnlessItHasFinished() {
        Exploration.scenarios(3, Ending.class, OneStep.class);
    }

    @Test
    void aCancellationFindsAnAwaitInAScopeThatIsJustEntered() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var root = new Task(fates, () -> within(false, () -> within(false, () -> new Cell(fates).await())));
            together(root, root::cancel);
            check(root.end == End.CANCELLED, "not cancelled");
        });
    }

    @Test
    void aCancellationFindsAMemberThatIsJustAdmitted() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var root = new Task(fates, () -> {
                new Source(Scope.current(), fates).start();
                return null;
            });
            together(root, root::cancel);
            check(root.end == End.CANCELLED, "not cancelled");
        });
    }

    @Test
    void aCancellationFindsAChildThatIsJustStarted() {
        Exploration.schedules(() -> {
            var fates = new Fates();
            var root = new Task(fates, () -> {
                new Task(() -> new Cell(fates).await()).start();
                return null;
            });
            together(root, root::cancel);
            check(root.end == End.CANCELLED, "not cancelled");
        });
    }

    /** A task without a thread. */
    public static final class Ending {
        private final Task task = new Task(new Fates(), () -> null);
        private final Cancellation first = new Cancellation(task, Cancellation.Reason.REQUESTED, null, null);
        private final Cancellation second = new Cancellation(task, Cancellation.Reason.TIMEOUT, null, null);

        @Operation
        public boolean finish() {
            return task.finish();
        }

        @Operation
        public boolean cancel() {
            return task.cancel(first);
        }

        @Operation
        public boolean expire() {
            return task.cancel(second);
        }

        @Operation
        public String cancellation() {
            Cancellation c = task.cancellation();
            return c == null ? "none" : c.reason().name();
        }
    }

    /** What its end is to look like. */
    public static final class OneStep {
        private boolean over;
        private String cancellation = "none";

        public boolean finish() {
            if (over) return false;
            over = true;
            return true;
        }

        private boolean cancel(String reason) {
            if (over) return false;
            over = true;
            cancellation = reason;
            return true;
        }

        public boolean cancel() {
            return cancel("REQUESTED");
        }

        public boolean expire() {
            return cancel("TIMEOUT");
        }

        public String cancellation() {
            return cancellation;
        }
    }
}
