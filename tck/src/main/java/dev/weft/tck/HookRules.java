package dev.weft.tck;

import dev.weft.Async;
import dev.weft.Context;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Reports;
import dev.weft.spi.Undeliverable;
import dev.weft.spi.Violation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Rules 7: what nobody can receive, {@code Backend.undeliverable}. */
abstract class HookRules extends Fixture {
    private final Violation violation = new Violation("1.7", "the kit", "a breach that the kit made up");

    HookRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule701_aValueReachesTheDiscardHookOnce() {
        var value = new Token("lost");
        backend.undeliverable(new Undeliverable.Value(value), null);
        hooks.requireDiscarded(value, "was undeliverable and");
    }

    @Test
    void rule702_aFailureReachesTheErrorHookOnce() {
        var failure = new IllegalStateException("lost");
        backend.undeliverable(new Undeliverable.Failure(failure), null);
        hooks.requireDropped(failure, "was undeliverable and");
    }

    @Test
    void rule703_aBreachReachesTheViolationHookOnce() {
        backend.undeliverable(new Undeliverable.Breach(violation), null);
        hooks.requireBreach("1.7", "made up by the kit");
    }

    @Test
    void rule704_theContextOfACoroutineIsAccepted() {
        var value = new Token("lost");
        var failure = new IllegalStateException("lost");
        Context context = Context.empty().with("key", "value");
        backend.undeliverable(new Undeliverable.Value(value), context);
        backend.undeliverable(new Undeliverable.Failure(failure), context);
        backend.undeliverable(new Undeliverable.Breach(violation), context);
        hooks.requireDiscarded(value, "was undeliverable in a coroutine with a context and");
        hooks.requireDropped(failure, "was undeliverable in a coroutine with a context and");
        hooks.requireBreach("1.7", "made up by the kit, in a coroutine with a context");
    }

    @Test
    void rule705_aHookThatThrowsAltersNothing() {
        Later later = coldLater();
        SubjectTask subject = waiting(later, AwaitMode.MAYBE);
        subject.cancel();
        subject.ended();
        hooks.letThemThrow();
        Thread.Builder quiet = Thread.ofPlatform().uncaughtExceptionHandler((thread, fromHook) -> {});
        patience.run(quiet, "what a hook threw reached the signalling source", () -> later.value(new Token("late")));
        subject.cancellationThrown();
    }

    @Test
    void rule706_aHookThatThrowsDoesNotReachWhoReports() {
        hooks.letThemThrow();
        Thread.Builder quiet = Thread.ofPlatform().uncaughtExceptionHandler((thread, fromHook) -> {});
        patience.run(quiet, "what a hook threw reached the reporting thread", () -> {
            Reports.discard(backend, null, new Token("lost"));
            Reports.drop(backend, null, new IllegalStateException("lost"));
            Reports.violation(backend, null, violation);
        });
    }

    @Test
    void rule707_aValueGoesToTheWithDiscardAroundThatTakesIt() {
        var value = new Token("lost");
        var other = new Object();
        List<Object> taken = new CopyOnWriteArrayList<>();
        Async.withBackend(
                backend,
                () -> Async.withDiscard(
                        Token.class,
                        taken::add,
                        () -> Async.withDiscard(Thread.class, taken::add, () -> {
                            Context context = Async.context();
                            backend.undeliverable(new Undeliverable.Value(value), context);
                            backend.undeliverable(new Undeliverable.Value(other), context);
                        })));
        if (taken.size() != 1 || taken.get(0) != value)
            throw new AssertionError("a value inside withDiscard was lost, and it got " + taken);
        hooks.requireDiscarded(other, "that no withDiscard takes");
    }
}
