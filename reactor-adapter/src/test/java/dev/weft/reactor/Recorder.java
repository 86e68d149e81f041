package dev.weft.reactor;

import dev.weft.testing.StreamRecorder;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** A recorder that Reactor takes for a subscriber of its own, and that may have a context. */
final class Recorder<T> extends StreamRecorder<T> implements CoreSubscriber<T> {
    private final Context context;

    Recorder() {
        this(Context.empty());
    }

    Recorder(Context context) {
        this.context = context;
    }

    @Override
    public Context currentContext() {
        return context;
    }
}
