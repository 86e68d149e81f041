package dev.weft.spi;

import dev.weft.scheduling.Scheduled;
import org.jspecify.annotations.Nullable;

/** A coroutine as its scheduler sees it. */
record ScheduledTask(CoroutineTask<?> task) implements Scheduled {
    @Override
    public void abandoned(RuntimeException why) {
        task.cancelBecauseOf(why);
    }

    @Override
    public void notGivenBack(Throwable failure) {
        Reports.drop(task.backend(), task.context(), failure);
    }

    @Override
    public boolean isSuspendedIn(@Nullable Object blocker) {
        return blocker instanceof Suspension || blocker instanceof Scope;
    }
}
