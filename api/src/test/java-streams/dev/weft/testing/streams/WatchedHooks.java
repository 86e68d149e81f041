package dev.weft.testing.streams;

import dev.weft.Hooks;
import dev.weft.spi.Violation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What our hooks were given while this was open; what was dropped is given to a library's own, which a subclass sets. */
public abstract class WatchedHooks implements AutoCloseable {
    public final List<Object> discarded = new CopyOnWriteArrayList<>();
    public final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    public final List<Violation> violations = new CopyOnWriteArrayList<>();

    private final List<Hooks.Handle> handles =
            List.of(Hooks.onDiscard(discarded::add), Hooks.onViolation(violations::add));

    public List<String> rules() {
        return violations.stream().map(Violation::rule).toList();
    }

    @Override
    public void close() {
        handles.forEach(Hooks.Handle::close);
    }
}
