package dev.weft.tck;

import dev.weft.Adapters;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.SpiLevel;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** Backends that await one value wrongly, each with one mistake. */
final class BrokenAwaits {
    private BrokenAwaits() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.05", "4.11"})
    static final class SwallowsFailures extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onError(Throwable failure) {
                    if (failure instanceof Exception && !(failure instanceof RuntimeException)) onComplete();
                    else super.onError(failure);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.06")
    static final class WrapsErrors extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onError(Throwable failure) {
                    super.onError(failure instanceof Error ? new RuntimeException(failure) : failure);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.03")
    static final class GivesNullForNoValue extends Taking {
        GivesNullForNoValue() {
            super(take -> take == AwaitMode.ONE ? AwaitMode.MAYBE : take);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.07")
    static final class ParksAlways extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void subscribe(Object of) {
                    super.subscribe(of);
                    LockSupport.parkNanos(1);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.09", "2.11"})
    static final class SubscribesEagerly extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            ModelAwait<Object> cell = new ModelAwait<>(source, take, this) {
                @Override
                protected void subscribe(Object of) {}
            };
            source.subscribe(cell);
            return cell;
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.10")
    static final class SubscribesTwice extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void subscribe(Object of) {
                    super.subscribe(of);
                    if (take == AwaitMode.MAYBE) super.subscribe(of);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.12", "2.21", "4.12"})
    static final class KeepsCancellationsBack extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void cancelUpstream(Object subscription) {
                    if (take != AwaitMode.MAYBE) super.cancelUpstream(subscription);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.22")
    static final class CancelsTwice extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void cancelUpstream(Object subscription) {
                    super.cancelUpstream(subscription);
                    if (take == AwaitMode.FIRST) super.cancelUpstream(subscription);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.14")
    static final class LosesLateValues extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new Deaf(source, take, this) {
                @Override
                public void onNext(Object item) {
                    if (!cancelled) super.onNext(item);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.15")
    static final class LosesLateFailures extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new Deaf(source, take, this) {
                @Override
                public void onError(Throwable failure) {
                    if (!cancelled) super.onError(failure);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.16")
    static final class ReportsEchoes extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onError(Throwable failure) {
                    if (failure instanceof CancellationException) Adapters.drop(failure);
                    super.onError(failure);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.17")
    static final class TellsTheEndLater extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                /** After everything that the signalling thread does: the rule's own thread goes on to cancel. */
                @Override
                public void onComplete() {
                    Thread signalling = Thread.currentThread();
                    if (CoroutineTask.current() == null && take == AwaitMode.MAYBE)
                        Threads.behind(signalling, super::onComplete);
                    else super.onComplete();
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.18")
    static final class CancelsWhatHasEnded extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                private Flow.Subscription upstream;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    upstream = subscription;
                    super.onSubscribe(subscription);
                }

                @Override
                public void onComplete() {
                    if (take == AwaitMode.MAYBE) upstream.cancel();
                    super.onComplete();
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.19")
    static final class TakesTheInterruptFlag extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onNext(Object item) {
                    if (CoroutineTask.current() == null) Thread.interrupted();
                    super.onNext(item);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.20", "2.29"})
    static final class KeepsTheSignallingThread extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                private Thread awaiter;

                @Override
                protected void subscribe(Object of) {
                    awaiter = Thread.currentThread();
                    super.subscribe(of);
                }

                @Override
                public void onComplete() {
                    super.onComplete();
                    if (Thread.currentThread() != awaiter) Threads.join(awaiter);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.22")
    static final class RequestsAllForTheFirst extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void request(Object subscription, long count) {
                    super.request(subscription, Long.MAX_VALUE);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.23")
    static final class RequestsTooLittle extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void request(Object subscription, long count) {
                    super.request(subscription, Math.min(count, Integer.MAX_VALUE));
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.23", "2.24"})
    static final class TakesTheFirstForTheLast extends Taking {
        TakesTheFirstForTheLast() {
            super(take -> take == AwaitMode.LAST ? AwaitMode.FIRST : take);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.25")
    static final class IgnoresASecondValue extends Taking {
        IgnoresASecondValue() {
            super(take -> take == AwaitMode.SINGLE_OR_EMPTY ? AwaitMode.MAYBE : take);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("2.26")
    static final class ReturnsAValueForTheEnd extends Taking {
        ReturnsAValueForTheEnd() {
            super(take -> take == AwaitMode.NONE ? AwaitMode.MAYBE : take);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"2.25", "2.28", "9.02"})
    static final class ReturnsBeforeTheEnd extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onNext(Object item) {
                    super.onNext(item);
                    if (take == AwaitMode.SINGLE_OR_EMPTY) onComplete();
                }
            };
        }
    }

    // --- what they are made of

    /** A backend with an await of its own. */
    private abstract static class Awaiting extends ModelBackend {
        abstract ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take);

        @Override
        @SuppressWarnings("unchecked")
        public <T> AwaitCell<T> one(Object source, AwaitMode take) {
            return (AwaitCell<T>) cell((Flow.Publisher<Object>) source, take);
        }
    }

    /** A backend that takes one thing for another. */
    private abstract static class Taking extends ModelBackend {
        private final UnaryOperator<AwaitMode> mistake;

        Taking(UnaryOperator<AwaitMode> mistake) {
            this.mistake = mistake;
        }

        @Override
        public <T> AwaitCell<T> one(Object source, AwaitMode take) {
            return super.one(source, mistake.apply(take));
        }
    }

    /** An await that knows when it was cancelled, where it may be empty. */
    private abstract static class Deaf extends ModelAwait<Object> {
        volatile boolean cancelled;
        private final AwaitMode take;

        Deaf(Flow.Publisher<Object> source, AwaitMode take, Backend backend) {
            super(source, take, backend);
            this.take = take;
        }

        @Override
        protected void cancelUpstream(Object subscription) {
            cancelled = take == AwaitMode.MAYBE;
            super.cancelUpstream(subscription);
        }
    }
}
