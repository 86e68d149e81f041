package dev.weft.tck;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.SpiLevel;
import java.util.concurrent.Flow;

/** Backends that get the protocol errors of a source wrong, each with one mistake. */
final class BrokenReactions {
    private BrokenReactions() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.01")
    static final class LeaksASecondSubscription extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
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
    @Breaks("9.04")
    static final class IgnoresNull extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onNext(Object item) {
                    if (item != null) super.onNext(item);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.05")
    static final class LeaksALateSubscription extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    if (CoroutineTask.current() != null || take != AwaitMode.SINGLE_OR_EMPTY)
                        super.onSubscribe(subscription);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.06")
    static final class SwallowsWhatSubscribeThrows extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void subscribe(Object of) {
                    try {
                        super.subscribe(of);
                    } catch (Exception swallowed) {
                        // the mistake
                    }
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.07")
    static final class SwallowsWhatRequestThrows extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void request(Object subscription, long count) {
                    try {
                        super.request(subscription, count);
                    } catch (RuntimeException swallowed) {
                        // the mistake
                    }
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("9.08")
    static final class SwallowsWhatCancelThrows extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                @Override
                protected void cancelUpstream(Object subscription) {
                    try {
                        super.cancelUpstream(subscription);
                    } catch (RuntimeException swallowed) {
                        // the mistake
                    }
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"9.09", "9.10"})
    static final class WaitsForASubscription extends Awaiting {
        @Override
        ModelAwait<Object> cell(Flow.Publisher<Object> source, AwaitMode take) {
            return new ModelAwait<>(source, take, this) {
                private boolean subscribed;

                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscribed = true;
                    super.onSubscribe(subscription);
                }

                @Override
                public void onComplete() {
                    if (subscribed) super.onComplete();
                }

                @Override
                public void onError(Throwable failure) {
                    if (subscribed) super.onError(failure);
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
}
