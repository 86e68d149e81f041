package dev.weft.rxjava;

import dev.weft.Hooks;
import dev.weft.spi.Violation;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the hooks, RxJava's and ours, were given while this was open; errors without RxJava's carrier. */
final class HookLog implements AutoCloseable {
    final List<Object> discarded = new CopyOnWriteArrayList<>();
    final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    final List<Violation> violations = new CopyOnWriteArrayList<>();

    private final List<Hooks.Handle> handles =
            List.of(Hooks.onDiscard(discarded::add), Hooks.onViolation(violations::add));

    HookLog() {
        RxJavaPlugins.setErrorHandler(e -> dropped.add(e instanceof UndeliverableException ? e.getCause() : e));
    }

    List<String> rules() {
        return violations.stream().map(Violation::rule).toList();
    }

    @Override
    public void close() {
        handles.forEach(Hooks.Handle::close);
        RxJavaPlugins.setErrorHandler(null);
    }
}
