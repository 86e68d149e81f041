package dev.weft.tck;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The JDK's own types: a {@link CompletionStage} for one value, a {@link Flow.Publisher} for many. */
final class StageSources extends FlowSources {
    @Override
    public Class<?> one() {
        return CompletionStage.class;
    }

    @Override
    public boolean isCold() {
        return false;
    }

    @Override
    public Object succeeded(Object value) {
        return CompletableFuture.completedFuture(value);
    }

    @Override
    public Object failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }

    /** A stage without a value is one with the value null, which is not the same. */
    @Override
    public Object empty() {
        return null;
    }

    @Override
    public Object never() {
        return new CompletableFuture<Object>();
    }

    @Override
    public Later later() {
        return new StageLater();
    }

    @Override
    public Flow.Publisher<?> publisher(Object source) {
        if (source instanceof Flow.Publisher<?> publisher) return publisher;
        return to -> to.onSubscribe(new Listening((CompletableFuture<?>) source, to));
    }

    /** Passes a future on when it is asked for it. */
    private record Listening(CompletableFuture<?> future, Flow.Subscriber<? super Object> to)
            implements Flow.Subscription {
        @Override
        public void request(long count) {
            future.whenComplete(this::end);
        }

        @Override
        public void cancel() {
            future.cancel(true);
        }

        private void end(Object value, Throwable failure) {
            if (future.isCancelled()) return;
            if (failure != null) to.onError(failure);
            else if (value != null) to.onNext(value);
            if (failure == null) to.onComplete();
        }
    }

    private static final class StageLater implements Later {
        private final CompletableFuture<Object> future = new CompletableFuture<>();

        @Override
        public Object source() {
            return future;
        }

        @Override
        public void value(Object value) {
            future.complete(value);
        }

        @Override
        public void complete() {
            future.complete(null);
        }

        @Override
        public void fail(Throwable failure) {
            future.completeExceptionally(failure);
        }

        @Override
        public int subscriptions() {
            return future.getNumberOfDependents();
        }

        @Override
        public long requested() {
            return Long.MAX_VALUE;
        }

        @Override
        public int cancellations() {
            return future.isCancelled() ? 1 : 0;
        }
    }
}
