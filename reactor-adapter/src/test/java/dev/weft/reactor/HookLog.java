package dev.weft.reactor;

import dev.weft.testing.streams.WatchedHooks;
import reactor.core.publisher.Hooks;

/** What the hooks, Reactor's and ours, were given while this was open. */
final class HookLog extends WatchedHooks {
    HookLog() {
        Hooks.onErrorDropped(dropped::add);
    }

    @Override
    public void close() {
        super.close();
        Hooks.resetOnErrorDropped();
    }
}
