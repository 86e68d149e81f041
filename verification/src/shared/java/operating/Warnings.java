package operating;

import dev.weft.Hooks;
import dev.weft.spi.Warning;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The warnings that are logged while this is open, with a watchdog that has a short limit. */
final class Warnings implements AutoCloseable {
    static final Duration LIMIT = Duration.ofMillis(40);

    private final BlockingQueue<Warning> unread = new LinkedBlockingQueue<>();
    private final List<Warning> all = new CopyOnWriteArrayList<>();
    private final Hooks.Handle hook = Hooks.onWarning(this::take);
    private final Hooks.Handle watchdog = Hooks.watchdog(LIMIT);

    private void take(Warning warning) {
        all.add(warning);
        unread.add(warning);
    }

    List<Warning> of(Warning.Kind kind) {
        return all.stream().filter(warning -> warning.kind() == kind).toList();
    }

    /** {@return the next warning of a kind about a coroutine; waits for it} */
    Warning next(Warning.Kind kind, String coroutine) throws InterruptedException {
        for (; ; ) {
            Warning warning = unread.poll(50, TimeUnit.SECONDS);
            if (warning == null) throw new AssertionError("no " + kind + " of " + coroutine + " among " + all);
            if (warning.kind() == kind && warning.coroutine().equals(coroutine)) return warning;
        }
    }

    @Override
    public void close() {
        watchdog.close();
        hook.close();
    }
}
