package dev.weft;

import dev.weft.testing.streams.WatchedHooks;

/** What our hooks were given while this was open. */
final class HookLog extends WatchedHooks {
    private final Hooks.Handle onDropped = Hooks.onDropped(dropped::add);

    @Override
    public void close() {
        super.close();
        onDropped.close();
    }
}
