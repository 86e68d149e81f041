package dev.weft.tck;

import dev.weft.spi.IterationCell;
import dev.weft.spi.SpiLevel;
import java.util.concurrent.Flow;

/** Backends that iterate wrongly, each with one mistake. */
final class BrokenIterations {
    private BrokenIterations() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.01", "3.02", "3.03", "3.04", "3.11"})
    static final class RequestsTooMuch extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                @Override
                protected void request(Object subscription, long count) {
                    super.request(subscription, count + 1);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.01", "3.03", "3.04", "3.11"})
    static final class RequestsEarly extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                private boolean requested;

                @Override
                protected void request(Object subscription, long count) {
                    super.request(subscription, requested ? 2 * count : count);
                    requested = true;
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.07", "3.16", "9.11", "9.13"})
    static final class NeverCancelsAnIteration extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                @Override
                protected void cancelUpstream(Object subscription) {
                    if (prefetch < 0) super.cancelUpstream(subscription);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.12", "9.13"})
    static final class CancelsAnIterationThatHasEnded extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                private Flow.Subscription upstream;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    upstream = subscription;
                    super.onSubscribe(subscription);
                }

                @Override
                public void onComplete() {
                    upstream.cancel();
                    super.onComplete();
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.08", "3.09", "3.10", "9.11"})
    static final class LosesWhatIsLeftOver extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, new MuteBackend());
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.14", "3.15"})
    static final class OpensEagerly extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            ModelIteration<Object> cell = new ModelIteration<>(source, prefetch, this) {
                @Override
                protected void subscribe(Object of) {}
            };
            source.subscribe(cell);
            return cell;
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"3.05", "3.10"})
    static final class WrapsFailuresOfAnIteration extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                @Override
                public void onError(Throwable failure) {
                    super.onError(failure instanceof RuntimeException ? new RuntimeException(failure) : failure);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.12")
    static final class SwallowsWhatSubscribeThrowsToAnIteration extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                @Override
                protected void subscribe(Object of) {
                    try {
                        super.subscribe(of);
                    } catch (RuntimeException swallowed) {
                        // the mistake
                    }
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.13")
    static final class LeaksASecondSubscriptionOfAnIteration extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                private boolean subscribed;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    if (!subscribed) super.onSubscribe(subscription);
                    subscribed = true;
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("3.18")
    static final class KeepsTheThreadThatSignalsTheEnd extends Iterating {
        @Override
        ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch) {
            return new ModelIteration<>(source, prefetch, this) {
                private Thread consumer;

                @Override
                protected void subscribe(Object of) {
                    consumer = Thread.currentThread();
                    super.subscribe(of);
                }

                @Override
                public void onNext(Object item) {
                    super.onNext(item);
                    if (Thread.currentThread() != consumer) Threads.join(consumer);
                }
            };
        }
    }

    // --- what they are made of

    /** A backend with an iteration of its own. */
    private abstract static class Iterating extends ModelBackend {
        abstract ModelIteration<Object> cell(Flow.Publisher<Object> source, int prefetch);

        @Override
        @SuppressWarnings("unchecked")
        public <T> IterationCell<T> many(Object source, int prefetch) {
            return (IterationCell<T>) cell((Flow.Publisher<Object>) source, prefetch);
        }
    }
}
