package dev.weft.spi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The end of a coroutine against its cancel: which of the two calls returned that it decided. */
@JCStressTest
@Outcome(
        id = {"1, 0", "0, 1"},
        expect = ACCEPTABLE,
        desc = "One of them.")
@Outcome(expect = FORBIDDEN, desc = "Neither, or both.")
@State
public class EndAgainstCancel {
    private final CoroutineTask<String> task =
            new CoroutineTask<>(null, Counting.BACKEND, "context", CoroutineOptions.NONE, () -> "never run") {
                @Override
                protected void succeeded(String result) {}

                @Override
                protected void failed(Throwable failure) {}

                @Override
                protected void cancelled(Throwable failure) {}
            };

    @Actor
    public void coroutine(II_Result r) {
        r.r1 = task.finish() ? 1 : 0;
    }

    @Actor
    public void canceller(II_Result r) {
        r.r2 = task.cancel(Cancellation.Reason.REQUESTED, null, null) ? 1 : 0;
    }
}
