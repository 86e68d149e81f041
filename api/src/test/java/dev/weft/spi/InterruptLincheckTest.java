package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.pause;
import static dev.weft.spi.Exploration.together;
import static dev.weft.spi.Task.isNotInterrupted;
import static dev.weft.spi.Task.within;

import dev.weft.spi.Task.End;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The handshake between cancellers and the thread they interrupt: the interrupt reaches foreign code inside a scope,
 * and no code after it.
 */
class InterruptLincheckTest {
    @Test
    void aCancellationWakesForeignCode() {
        Exploration.schedules(() -> {
            var root = new Task(new Fates(), () -> {
                while (!Thread.currentThread().isInterrupted()) LockSupport.park();
                return null;
            });
            together(root, root::cancel);
            check(root.end == End.CANCELLED, "not cancelled");
        });
    }

    @Test
    void noInterruptComesBehindTheScopeThatIsCancelled() {
        Exploration.schedules(() -> {
            var scope = new Scope[1];
            var fates = new Fates();
            var root = new Task(fates, () -> {
                scope[0].call(() -> {
                    pause();
                    return null;
                });
                isNotInterrupted();
                return null;
            });
            scope[0] = new Scope(root, fates, "context", false);
            together(root, () -> scope[0].cancel(Cancellation.Reason.REQUESTED, null, null));
            check(root.end == End.SUCCEEDED, "not succeeded");
        });
    }

    @Test
    void noInterruptComesInsideAShieldAndItIsMadeUpForBehindIt() {
        Exploration.schedules(() -> {
            var cancelled = new AtomicBoolean();
            var root = new Task(new Fates(), () -> {
                boolean before = (boolean) within(true, () -> {
                    isNotInterrupted();
                    return cancelled.get();
                });
                check(!before || Thread.currentThread().isInterrupted(), "not made up for");
                return null;
            });
            together(root, () -> {
                root.cancel();
                cancelled.set(true);
            });
        });
    }

    @Test
    void noInterruptComesWhenTheCancellationWasSeen() {
        Exploration.schedules(() -> {
            var inner = new AtomicReference<Scope>();
            var root = new Task(
                    new Fates(),
                    () -> within(false, () -> {
                        inner.set(Scope.current());
                        try {
                            Scope.current().checkpoint();
                        } catch (CancellationException seen) {
                            isNotInterrupted();
                        }
                        return null;
                    }));
            together(root, root::cancel, () -> {
                Scope entered = inner.get();
                if (entered != null) entered.cancel(Cancellation.Reason.TIMEOUT, null, null);
            });
        });
    }
}
