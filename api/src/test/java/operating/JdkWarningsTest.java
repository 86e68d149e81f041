package operating;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.spi.AwaitMode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;

/** On the {@code jdk} backend. */
class JdkWarningsTest extends WarningRules {
    /** As a driver has it. */
    interface Result {
        Flow.Publisher<String> rows();
    }

    private record Rows() implements Result {
        @Override
        public Flow.Publisher<String> rows() {
            return subscriber -> {};
        }
    }

    /** Gives a value, if there is one, when it is asked; runs something inside subscribe and request and when it is cancelled. */
    private record Source(Object value, Runnable inside, Runnable asked, Runnable cancel)
            implements Flow.Publisher<Object> {
        @Override
        public void subscribe(Flow.Subscriber<? super Object> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                private boolean given;

                @Override
                public void request(long count) {
                    asked.run();
                    if (value == null || given) return;
                    given = true;
                    subscriber.onNext(value);
                }

                @Override
                public void cancel() {
                    cancel.run();
                }
            });
            inside.run();
        }
    }

    @Override
    Object silent() {
        return (Flow.Publisher<Object>) subscriber -> {};
    }

    @Override
    Object endless(Object value) {
        return new Source(value, () -> {}, () -> {}, () -> {});
    }

    @Override
    Object cancelled(Runnable cancel) {
        return new Source(null, () -> {}, () -> {}, cancel);
    }

    @Override
    Object subscribing(Runnable inside, Runnable cancel) {
        return new Source(null, inside, () -> {}, cancel);
    }

    @Override
    Object blocking(CountDownLatch go) {
        return new Source(null, () -> {}, () -> hold(go), () -> {});
    }

    @Override
    Object result() {
        return new Rows();
    }

    @Override
    String resultType() {
        return Result.class.getName();
    }

    @Override
    Object awaitFirst(Object source) {
        return Async.backend().one(source, AwaitMode.FIRST).await();
    }

    @Override
    @SuppressWarnings("unchecked")
    AsyncIterator<?> each(Object source) {
        return Async.each((Flow.Publisher<Object>) source);
    }

    @Override
    void subscribeWithoutDemand(AsyncStream<?> stream) {
        stream.subscribe(new Flow.Subscriber<Object>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {}

            @Override
            public void onNext(Object value) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
    }
}
