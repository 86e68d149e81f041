package dev.weft;

import dev.weft.spi.Scope;
import dev.weft.spi.Timer;
import dev.weft.spi.VirtualTime;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A scope that cancellation from outside does not enter. */
final class ShieldScope extends Scope {
    private static final System.Logger LOG = System.getLogger("dev.weft");
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Whether there is nothing to warn of any more: the code inside has a deadline of its own, or it was done. */
    private volatile boolean settled;

    /** The entry in the timer, from the first wait inside; used by the scope's own thread only. */
    private Timer.@Nullable Entry watch;

    /** What a shield around this one does at that wait. */
    private @Nullable Runnable outer;

    /** Whether a foreign interrupt came before the body, and is held back from it; used by the scope's own thread only. */
    private boolean interrupted;

    ShieldScope(Scope parent) {
        super(parent, parent.backend(), parent.context(), true);
    }

    /** Notes that the code inside has a deadline of its own. */
    static void noteTimeout(Scope inside) {
        for (Scope s = inside; s != null; s = s.parent()) if (s instanceof ShieldScope shield) shield.settled = true;
    }

    /**
     * Runs a body. An interrupt that came before is held back from it and restored after it. The engine has dealt with
     * a canceller's interrupt by then, so this one is foreign.
     */
    <T extends @Nullable Object> T run(Callable<? extends T> body) throws Exception {
        long start = VirtualTime.nanoTime(backend());
        outer = onFirstWait(this::watch);
        try {
            return call(() -> {
                interrupted = Thread.interrupted();
                return body.call();
            });
        } finally {
            if (watch != null) watch.cancel();
            else onFirstWait(outer);
            if (VirtualTime.nanoTime(backend()) - start > LONG_NANOS) warn();
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /**
     * Called before the first wait: most shields end without one, and an entry in the timer costs more than all the
     * rest of a shield.
     */
    private void watch() {
        watch = watch(LONG_NANOS, this::warn);
        if (outer != null) outer.run();
    }

    private void warn() {
        if (settled) return;
        settled = true;
        LOG.log(
                Level.WARNING,
                () -> "A shield lasts longer than 5 s and has no timeout of its own, in " + task().describe());
    }
}
