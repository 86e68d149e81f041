package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.Cancellation;
import dev.weft.spi.EmitterTask;
import dev.weft.spi.Reports;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A generator that a {@link Flow.Subscriber} has subscribed to, and its subscription. */
final class FlowGenerator<T> extends EmitterTask<T> implements Emitter<T>, Flow.Subscription {
    private final Generator<T> generator;

    /** Null as soon as it must not be signalled any more. */
    private volatile Flow.@Nullable Subscriber<? super T> downstream;

    FlowGenerator(Flow.Subscriber<? super T> downstream, Generator<T> generator, Backend backend, Object context) {
        super(backend, context);
        this.downstream = downstream;
        this.generator = generator;
    }

    @Override
    protected void generate() throws Exception {
        generator.generate(this);
    }

    @Override
    public void cancel() {
        downstream = null;
        cancel(Cancellation.Reason.REQUESTED, null);
    }

    @Override
    protected boolean deliver(T value) {
        Flow.Subscriber<? super T> subscriber = downstream;
        if (subscriber == null) return false;
        subscriber.onNext(value);
        return true;
    }

    @Override
    protected void succeeded(@Nullable Object result) {
        Flow.Subscriber<? super T> subscriber = downstream;
        downstream = null;
        if (subscriber != null) subscriber.onComplete();
    }

    @Override
    protected void failed(Throwable failure) {
        Flow.Subscriber<? super T> subscriber = downstream;
        downstream = null;
        if (subscriber != null) subscriber.onError(failure);
        else Reports.drop(backend(), context(), failure);
    }

    @Override
    protected void ended(@Nullable Throwable failure) {
        Throwable refused = refused();
        Flow.Subscriber<? super T> subscriber = downstream;
        downstream = null;
        if (refused != null && subscriber != null) subscriber.onError(refused);
        if (failure != null) Reports.drop(backend(), context(), failure);
    }
}
