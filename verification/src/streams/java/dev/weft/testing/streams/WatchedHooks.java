package dev.weft.testing.streams;

import dev.weft.Hooks;
import dev.weft.spi.Violation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Weft's hooks received while this was open; dropped errors go to the library's own hook, which a subclass sets. */
public abstract class WatchedHooks implements AutoCloseable {
    public final List<Object> discarded = new CopyOnWriteArrayList<>();
    public final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    public final List<Violation> violations = new CopyOnWriteArrayList<>();

    /** What was only logged, since it followed our own cancellation. */
    public final List<Throwable> answers = new CopyOnWriteArrayList<>();

    private final Logger log = Logger.getLogger("dev.weft");
    private final Level before = log.getLevel();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel() == Level.FINE && entry.getThrown() != null) answers.add(entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private final List<Hooks.Handle> handles =
            List.of(Hooks.onDiscard(discarded::add), Hooks.onViolation(violations::add));

    protected WatchedHooks() {
        log.setLevel(Level.FINE);
        log.addHandler(handler);
    }

    public List<String> rules() {
        return violations.stream().map(Violation::rule).toList();
    }

    @Override
    public void close() {
        handles.forEach(Hooks.Handle::close);
        log.removeHandler(handler);
        log.setLevel(before);
    }
}
