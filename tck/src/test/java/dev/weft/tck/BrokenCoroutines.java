package dev.weft.tck;

import dev.weft.Async;
import dev.weft.spi.Cancellation;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.SpiLevel;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/** Backends that run coroutines wrongly, each with one mistake. */
final class BrokenCoroutines {
    private BrokenCoroutines() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.03")
    static final class RunsOnceForAll extends ModelBackend {
        @Override
        public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
            var remembered = new AtomicReference<Object>();
            return super.createOne(
                    () -> {
                        if (remembered.get() == null) remembered.set(body.call());
                        return remembered.get();
                    },
                    options,
                    type);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.05")
    static final class SelectsAnotherBackend extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, new BrokenBackends.IdInCapitals(), Async.context(), options, body);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.06")
    static final class CompletesTwice extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                protected void complete(Flow.Subscriber<? super Object> subscriber) {
                    super.complete(subscriber);
                    super.complete(subscriber);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.07")
    static final class DoesNotWaitForDemand extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            ModelTask task = super.task(to, options, body);
            task.request(1);
            return task;
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.08")
    static final class MakesAValueOfNull extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return super.task(to, options, () -> {
                Object value = body.call();
                return value == null ? Optional.empty() : value;
            });
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.11")
    static final class TellsTheCarrier extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                protected Throwable unwrap(Throwable failure) {
                    return failure;
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.12")
    static final class CancelsNoCoroutine extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                public void cancel() {
                    if (thread() == null) super.cancel();
                    else forget();
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.13")
    static final class CancelsAndWaits extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                public void cancel() {
                    super.cancel();
                    if (thread() != null) Threads.join(thread());
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"4.14", "4.15"})
    static final class LosesLateResults extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, new MuteBackend(), Async.context(), options, body);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"4.15", "4.16"})
    static final class TellsThoseWhoLeft extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                public void cancel() {
                    cancel(Cancellation.Reason.REQUESTED, null, null);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("4.18")
    static final class WaitsForWhatIsRequested extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Async.context(), options, body) {
                @Override
                public void request(long count) {
                    super.request(count);
                    if (thread() != null) Threads.join(thread());
                }
            };
        }
    }
}
