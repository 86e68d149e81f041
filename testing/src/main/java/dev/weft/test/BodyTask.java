package dev.weft.test;

import dev.weft.Async;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The coroutine of a test's body. */
final class BodyTask extends CoroutineTask<@Nullable Object> {
    /** Written by the coroutine, before {@code over}. */
    private @Nullable Throwable failure;

    private volatile boolean over;

    BodyTask(Backend backend, Callable<@Nullable Object> body) {
        super(null, backend, Async.context(), CoroutineOptions.NONE.named("the test"), body);
    }

    boolean isDone() {
        return over;
    }

    /** {@return what it has failed with; to be asked when it is done} */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    protected void succeeded(@Nullable Object result) {
        over = true;
    }

    @Override
    protected void failed(Throwable thrown) {
        failure = thrown;
        over = true;
    }

    @Override
    protected void cancelled(@Nullable Throwable thrown) {
        failure = thrown;
        over = true;
    }
}
