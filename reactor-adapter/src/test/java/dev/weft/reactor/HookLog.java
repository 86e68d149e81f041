package dev.weft.reactor;

import dev.weft.Hooks;
import dev.weft.spi.Violation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the hooks, Reactor's and ours, were given while this was open. */
final class HookLog implements AutoCloseable {
    final List<Object> discarded = new CopyOnWriteArrayList<>();
    final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    final List<Violation> violations = new CopyOnWriteArrayList<>();

    private final List<Hooks.Handle> handles =
            List.of(Hooks.onDiscard(discarded::add), Hooks.onViolation(violations::add));

    HookLog() {
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
    }

    List<String> rules() {
        return violations.stream().map(Violation::rule).toList();
    }

    @Override
    public void close() {
        handles.forEach(Hooks.Handle::close);
        reactor.core.publisher.Hooks.resetOnErrorDropped();
    }
}
