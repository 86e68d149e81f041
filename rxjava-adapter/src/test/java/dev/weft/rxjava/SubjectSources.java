package dev.weft.rxjava;

import dev.weft.tck.Later;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.internal.util.BackpressureHelper;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** RxJava's sources with subjects as those that are signalled by hand: they keep what comes before it is requested. */
final class SubjectSources extends RxSources {
    @Override
    public Later later() {
        return new LaterMaybe();
    }

    @Override
    public Later laterMany() {
        return new LaterFlowable();
    }

    /** What a subject does not show about its subscriber. */
    private abstract static class Counting implements Later {
        final AtomicInteger subscriptions = new AtomicInteger();
        final AtomicLong requested = new AtomicLong();
        final AtomicInteger cancellations = new AtomicInteger();

        final void add(long count) {
            BackpressureHelper.add(requested, count);
        }

        @Override
        public int subscriptions() {
            return subscriptions.get();
        }

        @Override
        public long requested() {
            return requested.get();
        }

        @Override
        public int cancellations() {
            return cancellations.get();
        }
    }

    private static final class LaterMaybe extends Counting {
        private final MaybeSubject<Object> subject = MaybeSubject.create();
        private final Maybe<Object> maybe = subject.doOnSubscribe(s -> {
                    subscriptions.incrementAndGet();
                    add(Long.MAX_VALUE);
                })
                .doOnDispose(cancellations::incrementAndGet);

        @Override
        public Object source() {
            return maybe;
        }

        @Override
        public void value(Object value) {
            subject.onSuccess(value);
        }

        @Override
        public void complete() {
            subject.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            subject.onError(failure);
        }
    }

    private static final class LaterFlowable extends Counting {
        private final UnicastProcessor<Object> processor = UnicastProcessor.create();
        private final Flowable<Object> flowable = processor
                .doOnSubscribe(s -> subscriptions.incrementAndGet())
                .doOnRequest(this::add)
                .doOnCancel(cancellations::incrementAndGet);

        @Override
        public Object source() {
            return flowable;
        }

        @Override
        public void value(Object value) {
            processor.onNext(value);
        }

        @Override
        public void complete() {
            processor.onComplete();
        }

        @Override
        public void fail(Throwable failure) {
            processor.onError(failure);
        }
    }
}
