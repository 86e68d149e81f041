package dev.weft.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Context;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a coroutine counts as at rest, so that a virtual clock may go on. */
class RestTest {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** A coroutine that waits for the latch, and is suspended in this. */
    private Waiting waiting(@Nullable Suspension in) {
        var task = new Waiting(in, latch);
        task.start();
        while (task.thread().getState() != Thread.State.WAITING) Thread.yield();
        return task;
    }

    /** What wakes a thread is seen in its suspension at once, and in the state of the thread a little later. */
    @Test
    void aCoroutineThatWasWokenIsNotAtRestThoughItsThreadStillWaits() {
        var woken = new Suspension() {
            @Override
            public boolean wakeForCancel(Cancellation c) {
                return false;
            }

            @Override
            public boolean isParked() {
                return false;
            }
        };
        assertThat(waiting(woken).rest()).isEqualTo(Member.RUNNING);
        latch.countDown();
    }

    @Test
    void aCoroutineThatWaitsInForeignCodeIsAtRest() {
        assertThat(waiting(null).rest()).isNotEqualTo(Member.RUNNING);
        latch.countDown();
    }

    private static final class Waiting extends CoroutineTask<@Nullable Object> {
        Waiting(@Nullable Suspension in, CountDownLatch latch) {
            super(null, Host.get().backend(), Context.empty(), CoroutineOptions.NONE, () -> {
                if (in != null) Scope.current().suspend(in);
                latch.await();
                return null;
            });
        }

        @Override
        protected void succeeded(@Nullable Object result) {}

        @Override
        protected void failed(Throwable failure) {}

        @Override
        protected void cancelled(@Nullable Throwable failure) {}
    }
}
