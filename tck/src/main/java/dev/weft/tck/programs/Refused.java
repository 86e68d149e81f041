package dev.weft.tck.programs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A subscriber that makes a request of zero values, which is not allowed.
 *
 * @param refusal completed with the error that it receives for it
 */
record Refused(CompletableFuture<Throwable> refusal) implements Flow.Subscriber<Object> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(0);
    }

    @Override
    public void onNext(Object value) {
        onError(new AssertionError("a value that was not requested: " + value));
    }

    @Override
    public void onError(Throwable failure) {
        refusal.complete(failure);
    }

    @Override
    public void onComplete() {
        onError(new AssertionError("completed"));
    }
}
