package dev.weft.rxjava;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound which threads of RxJava 3 must not block: those of {@code Schedulers.computation()} and
 * {@code single()}. Its own integration knows RxJava 2 only. Found by {@code BlockHound.install()} on the class path.
 *
 * @since 0.1
 */
public final class RxBlockHoundIntegration implements BlockHoundIntegration {
    private static final String QUEUE = "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue";

    /** For {@link java.util.ServiceLoader}. */
    public RxBlockHoundIntegration() {}

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.nonBlockingThreadPredicate(known -> known.or(RxThreads::isNonBlocking));
        // a scheduler's own wait for work, and the lock around its queue
        builder.allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "getTask");
        for (String method : new String[] {"offer", "remove", "take", "poll"})
            builder.allowBlockingCallsInside(QUEUE, method);
    }
}
