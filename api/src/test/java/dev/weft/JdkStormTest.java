package dev.weft;

import dev.weft.stress.Storms;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Storms over the JDK's own types. */
class JdkStormTest extends Storms {
    @Override
    protected <T> Awaitable<T> one(Flow.Publisher<T> source) {
        return Async.awaitable(source);
    }

    @Override
    protected <T> AsyncIterator<T> each(Flow.Publisher<T> source, int prefetch) {
        return Async.each(source);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T> void subscribe(Callable<T> body, Flow.Subscriber<T> subscriber) {
        ((Flow.Publisher<T>) Async.coroutine(body).as(Flow.Publisher.class)).subscribe(subscriber);
    }

    @Override
    protected <T> void subscribe(Generator<T> generator, Flow.Subscriber<T> subscriber) {
        Async.stream(generator).subscribe(subscriber);
    }

    @Override
    protected Hooks.Handle watchDropped(Consumer<Throwable> seen) {
        return Hooks.onDropped(seen);
    }
}
