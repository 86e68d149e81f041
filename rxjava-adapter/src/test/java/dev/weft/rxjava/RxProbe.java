package dev.weft.rxjava;

import dev.weft.testing.sources.Probe;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** A source operated by hand, in each of RxJava's types. */
final class RxProbe<T> extends Probe<T> implements Sources.Raw<T> {
    RxProbe() {
        super(new RxUpstream());
    }

    RxProbe(Consumer<? super Probe<T>> script) {
        super(new RxUpstream(), script);
    }

    @Override
    public RxProbe<T> onRequest(LongConsumer action) {
        super.onRequest(action);
        return this;
    }

    @Override
    public RxProbe<T> onCancel(Runnable action) {
        super.onCancel(action);
        return this;
    }
}
