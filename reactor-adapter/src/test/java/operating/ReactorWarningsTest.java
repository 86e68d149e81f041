package operating;

import dev.weft.AsyncIterator;
import dev.weft.AsyncStream;
import dev.weft.reactor.ReactorAsync;
import java.util.concurrent.CountDownLatch;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** On Reactor. */
class ReactorWarningsTest extends WarningRules {
    /** As a driver has it. */
    interface Result {
        Flux<String> rows();
    }

    private record Rows() implements Result {
        @Override
        public Flux<String> rows() {
            return Flux.empty();
        }
    }

    /** Without operators, whose own classes would be the ones that are named. */
    private static final class Silent extends Flux<Object> {
        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {}
    }

    /** Gives a value, if there is one, when it is asked; runs something inside subscribe and request and when it is cancelled. */
    private static final class Source extends Flux<Object> {
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
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
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
        return ReactorAsync.awaitFirst((Flux<?>) source);
    }

    @Override
    AsyncIterator<?> each(Object source) {
        return ReactorAsync.each((Flux<?>) source);
    }

    @Override
    void subscribeWithoutDemand(AsyncStream<?> stream) {
        ReactorAsync.asFlux(stream).subscribe(new BaseSubscriber<Object>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}
        });
    }
}
