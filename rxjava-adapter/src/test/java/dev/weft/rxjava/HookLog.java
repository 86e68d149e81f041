package dev.weft.rxjava;

import dev.weft.testing.streams.WatchedHooks;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;

/** What the hooks, RxJava's and ours, were given while this was open; errors without RxJava's carrier. */
final class HookLog extends WatchedHooks {
    HookLog() {
        RxJavaPlugins.setErrorHandler(e -> dropped.add(e instanceof UndeliverableException ? e.getCause() : e));
    }

    @Override
    public void close() {
        super.close();
        RxJavaPlugins.setErrorHandler(null);
    }
}
