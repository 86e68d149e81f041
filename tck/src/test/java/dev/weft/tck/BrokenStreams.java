package dev.weft.tck;

import dev.weft.spi.SpiLevel;
import java.util.concurrent.Flow;

/** Backends that pass streams on wrongly, each with one mistake. */
final class BrokenStreams {
    private BrokenStreams() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"5.03", "5.07"})
    static final class RequestsMoreOfAStream extends Streaming {
        @Override
        Flow.Subscription between(Flow.Subscription upstream) {
            return new Between(upstream) {
                @Override
                public void request(long count) {
                    super.request(count + 1 < 0 ? count : count + 1);
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("5.05")
    static final class NeverCancelsAStream extends Streaming {
        @Override
        Flow.Subscription between(Flow.Subscription upstream) {
            return new Between(upstream) {
                @Override
                public void cancel() {}
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("5.04")
    static final class WrapsTheFailureOfAStream extends Streaming {
        @Override
        Throwable told(Throwable failure) {
            return new IllegalStateException(failure);
        }
    }

    // --- what they are made of

    /** A backend whose streams have something in between. */
    private abstract static class Streaming extends ModelBackend {
        Flow.Subscription between(Flow.Subscription upstream) {
            return upstream;
        }

        Throwable told(Throwable failure) {
            return failure;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
            return type.cast((Flow.Publisher<Object>) to -> ((Flow.Publisher<Object>) source)
                    .subscribe(new Flow.Subscriber<>() {
                        @Override
                        public void onSubscribe(Flow.Subscription subscription) {
                            to.onSubscribe(between(subscription));
                        }

                        @Override
                        public void onNext(Object item) {
                            to.onNext(item);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            to.onError(told(failure));
                        }

                        @Override
                        public void onComplete() {
                            to.onComplete();
                        }
                    }));
        }
    }

    private static class Between implements Flow.Subscription {
        private final Flow.Subscription upstream;

        Between(Flow.Subscription upstream) {
            this.upstream = upstream;
        }

        @Override
        public void request(long count) {
            upstream.request(count);
        }

        @Override
        public void cancel() {
            upstream.cancel();
        }
    }
}
