package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.throwing;

import dev.weft.AwaitException;
import dev.weft.Deferred;
import dev.weft.spi.AwaitMode;
import dev.weft.tck.Later;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;

/** Awaiting single values: ready, later, none, too many, failures, cancellation. */
final class AwaitPrograms extends Programs {
    AwaitPrograms(Stage stage) {
        super(stage);
    }

    void aReadyValueIsReturned() {
        note("value", await(awaitable(ready("a"))));
    }

    void aReadyValueIsReturnedOnTheSameThread() {
        Thread before = Thread.currentThread();
        await(awaitable(ready("a")));
        note("same thread", Thread.currentThread() == before);
        note("virtual", before.isVirtual());
    }

    void aLaterValueIsReturnedOnTheAwaitingThread() {
        Later later = later();
        Deferred<Boolean> waits = async(() -> {
            Thread before = Thread.currentThread();
            note("value", await(awaitable(later.source())));
            return Thread.currentThread() == before;
        });
        until(() -> later.subscriptions() == 1);
        later.value("a");
        note("same thread", waits.await());
        note("subscriptions", later.subscriptions());
    }

    void aLaterFailureIsThrownByTheAwait() {
        Later later = later();
        var failure = new IllegalStateException("late");
        Deferred<Object> waits = async(() -> await(awaitable(later.source())));
        until(() -> later.subscriptions() == 1);
        later.fail(failure);
        attempt("await", waits::await);
    }

    void anEmptySourceIsNull() {
        note("value", await(awaitable(empty())));
    }

    void aLaterEndIsNull() {
        Later later = later();
        Deferred<Object> waits = async(() -> await(awaitable(later.source())));
        until(() -> later.subscriptions() == 1);
        later.complete();
        note("value", waits.await());
    }

    void manyAwaitsInALoopAddUp() {
        int sum = 0;
        for (int n = 0; n < 1000; n++) sum += (Integer) await(awaitable(ready(n)));
        note("sum", sum);
    }

    void anUncheckedFailureIsTheSameInstance() {
        var failure = new IllegalArgumentException("as it was");
        try {
            await(awaitable(failed(failure)));
        } catch (IllegalArgumentException thrown) {
            note("same instance", thrown == failure);
            note("thrown", thrown);
        }
    }

    void anErrorIsTheSameInstance() {
        var failure = new AssertionError("as it was");
        try {
            await(awaitable(failed(failure)));
        } catch (AssertionError thrown) {
            note("same instance", thrown == failure);
            note("thrown", thrown);
        }
    }

    void aCheckedFailureComesInItsCarrier() {
        var failure = new IOException("on the line");
        try {
            await(awaitable(failed(failure)));
        } catch (AwaitException thrown) {
            note("same instance", thrown.getCause() == failure);
            note("thrown", thrown);
        }
    }

    void aNamedCheckedFailureComesAsItself() {
        var failure = new IOException("on the line");
        try {
            await(awaitable(failed(failure)), IOException.class);
        } catch (IOException thrown) {
            note("same instance", thrown == failure);
            note("thrown", thrown);
        }
    }

    void aFailureThatCannotBeAskedAnythingIsTheSameInstance() {
        var checked = new Unaskable();
        try {
            await(awaitable(failed(checked)));
        } catch (AwaitException thrown) {
            note("same instance", thrown.getCause() == checked);
            note("message", thrown.getMessage());
        }
        try {
            await(awaitable(exported(() -> await(awaitable(failed(checked))))));
        } catch (AwaitException thrown) {
            note("same instance behind a builder", thrown.getCause() == checked);
        }
    }

    void aSharedFailureDoesNotGrow() {
        var shared = new IllegalStateException("shared");
        for (int n = 0; n < 100; n++) {
            try {
                await(awaitable(failed(shared)));
            } catch (IllegalStateException thrown) {
                if (thrown != shared) note("another one", thrown);
            }
        }
        note("at most one note", shared.getSuppressed().length <= 1);
        note("thrown", shared);
    }

    void aCancellationOfTheSourceIsAnErrorAndNotOurs() {
        var failure = new CancellationException("of the source");
        try {
            await(awaitable(failed(failure)));
        } catch (CancellationException thrown) {
            note("same instance", thrown == failure);
        }
        checkpoint();
        note("not cancelled");
    }

    void theOnlyOneOfManyIsReturned() {
        note("value", await(awaitable(many("a"))));
        note("none", await(awaitable(many())));
    }

    void aSecondOneOfManyIsAnError() {
        attempt("await", () -> await(awaitable(many("a", "b", "c"))));
        noteDiscarded();
    }

    void aSecondOneCancelsItsSource() {
        Later later = laterMany();
        Deferred<Object> waits = async(() -> take(later.source(), AwaitMode.SINGLE));
        until(() -> later.requested() > 0);
        later.value("a");
        later.value("b");
        attempt("single", waits::await);
        noteDemand(later);
        noteDiscarded();
    }

    void theSingleOneIsReturnedAtTheEnd() {
        Later later = laterMany();
        Deferred<Object> waits = async(() -> take(later.source(), AwaitMode.SINGLE));
        until(() -> later.requested() > 0);
        later.value("a");
        note("done before the end", waits.isDone());
        later.complete();
        note("value", waits.await());
        noteDemand(later);
    }

    void noneWhereOneIsNeededIsAnError() {
        for (AwaitMode take : new AwaitMode[] {AwaitMode.SINGLE, AwaitMode.FIRST, AwaitMode.LAST})
            try {
                take(many(), take);
            } catch (NoSuchElementException thrown) {
                String source = "\\S+ completed"; // a class of the library
                note(take.name() + " threw " + Trace.describe(thrown).replaceFirst(source, "it completed"));
            }
        try {
            take(many(), AwaitMode.FIRST);
        } catch (NoSuchElementException thrown) {
            note("it is a NoSuchElementException");
        }
    }

    void theFirstOfManyIsTakenAndTheRestIsCancelled() {
        note("first", take(infinite(), AwaitMode.FIRST));
        Later later = laterMany();
        Deferred<Object> waits = async(() -> take(later.source(), AwaitMode.FIRST));
        until(() -> later.requested() > 0);
        later.value("a");
        note("first", waits.await());
        noteDemand(later);
        noteDiscarded();
    }

    void theLastOfManyIsTakenAndTheOthersAreDiscarded() {
        note("last", take(many("a", "b", "c"), AwaitMode.LAST));
        noteDiscarded();
    }

    void completionIsAwaitedAndTheValuesAreDiscarded() {
        note("done", take(many("a", "b", "c"), AwaitMode.NONE));
        noteDiscarded();
    }

    void aFailureBehindValuesIsThrownAndTheyAreDiscarded() {
        for (AwaitMode take : new AwaitMode[] {AwaitMode.SINGLE, AwaitMode.LAST, AwaitMode.NONE}) {
            attempt(take.name(), () -> take(failing(new IllegalStateException("behind"), "a"), take));
            noteDiscarded();
        }
    }

    void theFirstOneWinsAgainstTheFailureBehindIt() {
        note("first", take(failing(new IllegalStateException("behind"), "a", "b"), AwaitMode.FIRST));
        noteDiscarded();
    }

    void allAreRequestedWhereTheEndIsAwaited() {
        for (AwaitMode take :
                new AwaitMode[] {AwaitMode.SINGLE_OR_EMPTY, AwaitMode.SINGLE, AwaitMode.LAST, AwaitMode.NONE}) {
            Later later = laterMany();
            Deferred<Object> waits = async(() -> take(later.source(), take));
            until(() -> later.requested() > 0);
            later.value("a");
            later.complete();
            note(take.name(), waits.await());
            noteDemand(later);
        }
        noteDiscarded();
    }

    void aCancelledAwaitCancelsItsSourceOnce() {
        Later later = laterMany();
        Deferred<Object> waits = async(() -> {
            try {
                return take(later.source(), AwaitMode.LAST);
            } finally {
                note("finally");
            }
        });
        until(() -> later.requested() > 0);
        boolean first = waits.cancel();
        attempt("await", waits::await);
        note("first cancel", first);
        note("second cancel", waits.cancel());
        noteDemand(later);
    }

    void aHeldValueIsDiscardedWhenTheAwaitIsCancelledBeforeTheEnd() {
        Later later = laterMany();
        var thread = new CompletableFuture<Thread>();
        Deferred<Object> waits = async(() -> {
            thread.complete(Thread.currentThread());
            return take(later.source(), AwaitMode.LAST);
        });
        until(() -> later.requested() > 0);
        parked(await(thread));
        later.value("held");
        waits.cancel();
        attempt("await", waits::await);
        noteDiscarded();
    }

    void aCancelledCoroutineDoesNotSubscribe() {
        Later later = laterMany();
        var parked = new CompletableFuture<Boolean>();
        Deferred<Object> waits = async(() -> {
            parked.complete(true);
            attempt("gate", () -> await(new CompletableFuture<>()));
            return take(later.source(), AwaitMode.LAST);
        });
        await(parked);
        waits.cancel();
        attempt("await", waits::await);
        note("subscriptions", later.subscriptions());
    }

    void aStageIsAwaited() {
        var stage = new CompletableFuture<String>();
        Deferred<String> waits = async(() -> await(stage));
        until(() -> stage.getNumberOfDependents() == 1);
        stage.complete("a");
        note("value", waits.await());
        note("null", await(CompletableFuture.<String>completedFuture(null)));
    }

    void aFailureOfAStageLosesItsWrapper() {
        var failure = new IllegalStateException("inside");
        CompletableFuture<String> wrapped = new CompletableFuture<>();
        wrapped.completeExceptionally(new CompletionException(failure));
        attempt("await", () -> await(wrapped));
        attempt("await", () -> await(CompletableFuture.failedFuture(new IOException("checked"))));
        attempt("named", () -> await(CompletableFuture.failedFuture(new IOException("checked")), IOException.class));
    }

    void aStageIsLeftAloneWhenItsAwaitIsCancelled() {
        var stage = new CompletableFuture<String>();
        Deferred<String> waits = async(() -> await(stage));
        until(() -> stage.getNumberOfDependents() == 1);
        waits.cancel();
        attempt("await", waits::await);
        note("cancelled", stage.isCancelled());
        stage.complete("still of use");
        note("value", await(stage));
        noteDiscarded();
    }

    void aFutureIsAwaited() {
        var task = new FutureTask<>(() -> "a");
        Deferred<String> waits = async(() -> awaitFuture(task));
        task.run();
        note("value", waits.await());
        var broken = new FutureTask<String>(() -> {
            throw new IOException("broken");
        });
        broken.run();
        attempt("await", () -> awaitFuture(broken));
        attempt("named", () -> throwing(IOException.class, () -> awaitFuture(broken)));
    }

    void aSourceThatThrowsWhenItIsSubscribedToFails() {
        var failure = new IllegalStateException("no subscription");
        Object broken = misbehaving(subscriber -> {
            throw failure;
        });
        attempt("await", () -> take(broken, AwaitMode.LAST));
        attempt("iteration", () -> open(broken, 2).next());
    }

    void aPlainThreadMayAwait() {
        note("value", await(onPlainThread(() -> await(awaitable(ready("a"))))));
        attempt("failure", () -> await(onPlainThread(() -> await(awaitable(failed(new IOException("no")))))));
        note("first", await(onPlainThread(() -> take(many("a", "b"), AwaitMode.FIRST))));
    }

    void anInterruptEndsTheAwaitOfAPlainThread() {
        Later later = laterMany();
        var thread = new CompletableFuture<Thread>();
        CompletableFuture<Object> plain = onPlainThread(() -> {
            thread.complete(Thread.currentThread());
            attempt("await", () -> take(later.source(), AwaitMode.LAST));
            note("flag", Thread.currentThread().isInterrupted());
            attempt("again", () -> await(awaitable(ready("a"))));
            return "ended";
        });
        until(() -> later.requested() > 0);
        parked(await(thread));
        await(thread).interrupt();
        note("thread", await(plain));
        noteDemand(later);
    }

    private static CompletableFuture<Object> onPlainThread(Callable<?> action) {
        var result = new CompletableFuture<Object>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(action.call());
            } catch (Throwable thrown) {
                result.completeExceptionally(thrown);
            }
        });
        return result;
    }

    private void noteDemand(Later later) {
        note("requested", later.requested() == Long.MAX_VALUE ? "all" : later.requested());
        note("subscriptions", later.subscriptions());
        note("cancellations", later.cancellations());
    }

    /** A failure whose methods throw. */
    private static final class Unaskable extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("it was asked for its message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("it was asked for its cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("it was asked for its trace");
        }
    }
}
