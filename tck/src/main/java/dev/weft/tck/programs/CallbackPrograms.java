package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.throwing;

import dev.weft.Completion;
import dev.weft.Deferred;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Operations that report through callbacks. */
final class CallbackPrograms extends Programs {
    CallbackPrograms(Stage stage) {
        super(stage);
    }

    void aCallbackMayComeBeforeTheRegistrationReturns() {
        note("value", awaitCallback(done -> {
            done.resume("a");
            note("registered");
        }));
        note("null", awaitCallback((Completion<String> done) -> done.resume(nothing())));
    }

    void aCallbackFromAnotherThreadContinuesOnTheAwaitingOne() {
        Thread before = Thread.currentThread();
        note("value", awaitCallback(done -> Thread.ofPlatform().start(() -> done.resume("a"))));
        note("same thread", Thread.currentThread() == before);
    }

    void aCallbackMayFail() {
        attempt("unchecked", () -> awaitCallback(done -> done.fail(new IllegalStateException("no"))));
        attempt("checked", () -> awaitCallback(done -> done.fail(new IOException("no"))));
        attempt(
                "named",
                () -> throwing(IOException.class, () -> awaitCallback(done -> done.fail(new IOException("no")))));
    }

    void aRegistrationMayThrow() {
        attempt(
                "await",
                () -> awaitCallback(done -> {
                    done.onCancel(() -> note("never called"));
                    throw new IOException("not started");
                }));
    }

    void aPairOfValueAndFailureFits() {
        attempt("value", () -> awaitCallback((Completion<String> done) -> done.accept("a", null)));
        attempt(
                "failure",
                () -> awaitCallback((Completion<String> done) -> done.accept(nothing(), new IOException("no"))));
        attempt("completed", () -> awaitCallback((Completion<String> done) -> done.completed("b", null)));
        attempt("failed", () -> awaitCallback((Completion<String> done) -> done.failed(new IOException("no"), null)));
    }

    void aSecondResumeIsRefusedAndItsValueDiscarded() {
        note("value", awaitCallback(done -> {
            note("first", done.tryResume("a"));
            note("second", done.tryResume("b"));
            attempt("third", () -> {
                done.resume("c");
                return null;
            });
        }));
        noteDiscarded();
    }

    void aCancelledCallbackIsAbortedOnceOnTheAwaitingThread() {
        var registered = new CompletableFuture<Completion<String>>();
        var thread = new CompletableFuture<Thread>();
        Deferred<String> waits = async(() -> {
            Thread self = Thread.currentThread();
            thread.complete(self);
            return awaitCallback(done -> {
                done.onCancel(() -> note("aborted by the awaiting thread", Thread.currentThread() == self));
                registered.complete(done);
            });
        });
        Completion<String> done = await(registered);
        parked(await(thread));
        waits.cancel();
        attempt("await", waits::await);
        note("late", done.tryResume("late"));
        noteDiscarded();
    }

    void aLateValueGoesToItsOwnHandler() {
        var registered = new CompletableFuture<Completion<String>>();
        Deferred<String> waits = async(() -> awaitCallback(done -> {
            done.onUndelivered(value -> note("closed " + value));
            registered.complete(done);
        }));
        Completion<String> done = await(registered);
        waits.cancel();
        attempt("await", waits::await);
        done.resume("late");
        noteDiscarded();
    }

    void whatAnAbortThrowsIsSuppressed() {
        var registered = new CompletableFuture<Thread>();
        Deferred<String> waits = async(() -> {
            try {
                return awaitCallback(done -> {
                    done.onCancel(() -> {
                        throw new IOException("abort failed");
                    });
                    registered.complete(Thread.currentThread());
                });
            } catch (RuntimeException thrown) {
                note("thrown", thrown);
                throw thrown;
            }
        });
        parked(await(registered));
        waits.cancel();
        attempt("await", waits::await);
    }
}
