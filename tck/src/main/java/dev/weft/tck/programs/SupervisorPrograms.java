package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withContext;

import dev.weft.Deferred;
import dev.weft.Supervisor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Work that outlives the code that starts it. */
final class SupervisorPrograms extends Programs {
    SupervisorPrograms(Stage stage) {
        super(stage);
    }

    private Supervisor open() {
        return Supervisor.open("mails", (member, failure) -> note("failed: " + member, failure));
    }

    void aSupervisedMemberOutlivesItsCancelledCaller() {
        try (Supervisor mails = open()) {
            var gate = new CompletableFuture<String>();
            var launched = new CompletableFuture<Deferred<String>>();
            Deferred<Object> caller = async(() -> {
                launched.complete(withContext(
                        "trace",
                        "t1",
                        () -> mails.start(coroutine(() -> {
                            String text = await(gate);
                            return text + " " + context().get("trace");
                        }))));
                return await(new CompletableFuture<>());
            });
            Deferred<String> member = await(launched);
            caller.cancel();
            attempt("caller", caller::await);
            gate.complete("sent");
            note("member", member.await());
        }
    }

    void aSupervisedFailureGoesToTheHandlerAlone() {
        try (Supervisor mails = open()) {
            var gate = new CompletableFuture<String>();
            Deferred<String> other = mails.start(coroutine(() -> await(gate)));
            Deferred<?> broken = mails.launch("to tea", () -> {
                throw new IOException("no server");
            });
            attempt("broken", broken::await);
            gate.complete("sent");
            note("other", other.await());
        }
    }

    void aSupervisorThatIsClosedCancelsAndWaits() {
        var begun = new CompletableFuture<Boolean>();
        List<Deferred<?>> members = new ArrayList<>();
        Supervisor mails = open();
        members.add(mails.launch("mail", () -> {
            begun.complete(true);
            attempt("member", () -> await(new CompletableFuture<>()));
            shielded(() -> await(awaitable(ready("a"))));
            note("cleaned up");
        }));
        await(begun);
        mails.close();
        note("closed", members.get(0).outcome());
        attempt("launch", () -> mails.launch("late", () -> note("not reached")));
    }

    void aSupervisedMemberCannotCloseWhatWaitsForIt() {
        try (Supervisor mails = open()) {
            attempt("member", () -> mails.launch("mail", mails::close).await());
            note("open", mails.start(coroutine(() -> "still")).await());
        }
    }
}
