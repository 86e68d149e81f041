package operating;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.rxjava.RxAsync;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import java.util.concurrent.CountDownLatch;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** On RxJava. */
class RxWarningsTest extends WarningRules {
    /** As a driver has it. */
    interface Result {
        Flowable<String> rows();
    }

    private record Rows() implements Result {
        @Override
        public Flowable<String> rows() {
            return Flowable.empty();
        }
    }

    /** Without operators, whose own classes would be the ones that are named. */
    private static final class Silent extends Flowable<Object> {
        @Override
        protected void subscribeActual(Subscriber<? super Object> subscriber) {}
    }

    /** Gives a value, if there is one, when it is asked; runs something inside subscribe and request and when it is cancelled. */
    private static final class Source extends Flowable<Object> {
        private final Object value;
        private final Runnable inside;
        private final Runnable asked;
        private final Runnable cancel;

        Source(Object value, Runnable inside, Runnable asked, Runnable cancel) {
            this.value = value;
            this.inside = inside;
            this.asked = asked;
            this.cancel = cancel;
        }

        @Override
        protected void subscribeActual(Subscriber<? super Object> subscriber) {
            subscriber.onSubscribe(new Subscription() {
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
        return new Silent();
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
        return RxAsync.awaitFirst((Flowable<?>) source);
    }

    @Override
    AsyncIterator<?> each(Object source) {
        return RxAsync.each((Flowable<?>) source);
    }

    @Override
    void subscribeWithoutDemand(AsyncStream<?> stream) {
        RxAsync.asFlowable(stream).subscribe(new FlowableSubscriber<Object>() {
            @Override
            public void onSubscribe(Subscription subscription) {}

            @Override
            public void onNext(Object value) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
    }
}
