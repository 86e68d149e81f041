package dev.weft;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The backend that is always installed: the JDK's own asynchronous types. */
@SpiLevel(SpiLevel.CURRENT)
final class JdkBackend implements Backend {
    static final JdkBackend INSTANCE = new JdkBackend();

    private JdkBackend() {}

    @Override
    public String id() {
        return "jdk";
    }

    @Override
    public boolean understands(Class<?> type) {
        return CompletionStage.class.isAssignableFrom(type)
                || type == Future.class
                || Flow.Publisher.class.isAssignableFrom(type);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        if (source instanceof CompletionStage<?> stage) return new StageAwait<>((CompletionStage<T>) stage, this);
        return new FlowAwait<>((Flow.Publisher<T>) source, take, this);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return new FlowIteration<>((Flow.Publisher<T>) source, prefetch, this);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        if (type.isAssignableFrom(CompletableFuture.class))
            return type.cast(StageTask.start(this, Async.context(), options, body));
        return many(
                new AsyncStream<>(options, out -> {
                    Object value = body.call();
                    if (value != null) out.emit(value);
                }),
                type,
                "CompletableFuture or Flow.Publisher");
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return many(source, type, "Flow.Publisher");
    }

    private static <N> N many(Flow.Publisher<?> source, Class<N> type, String choice) {
        if (type.isInstance(source)) return type.cast(source);
        throw new IllegalArgumentException("cannot make a " + type.getName() + " here; ask for " + choice);
    }

    @Override
    public Timer timer() {
        return SchedulePoint.timer(Clock.TIMER);
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        switch (signal) {
            case Undeliverable.Value value -> Hooks.discard(value.value(), context);
            case Undeliverable.Failure failure -> Hooks.drop(failure.error());
            case Undeliverable.Breach breach -> Hooks.violate(breach.violation());
        }
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return body;
    }

    /** One daemon thread, started with the first timer. */
    private static final class Clock {
        private static final ScheduledThreadPoolExecutor EXECUTOR = executor();
        static final Timer TIMER = (nanos, action) -> {
            Future<?> entry = EXECUTOR.schedule(action, nanos, TimeUnit.NANOSECONDS);
            return () -> entry.cancel(false);
        };

        private Clock() {}

        private static ScheduledThreadPoolExecutor executor() {
            var executor = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = Thread.ofPlatform()
                        .daemon()
                        .name("weft-timer")
                        .inheritInheritableThreadLocals(false)
                        .unstarted(task);
                thread.setContextClassLoader(null);
                return thread;
            });
            executor.setRemoveOnCancelPolicy(true);
            return executor;
        }
    }
}
