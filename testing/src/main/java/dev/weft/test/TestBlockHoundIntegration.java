package dev.weft.test;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Has BlockHound tell {@link NoBlocking} of what it finds, whoever installs it; found by {@code BlockHound.install()} on
 * the class path.
 *
 * @since 0.1
 */
public final class TestBlockHoundIntegration implements BlockHoundIntegration {
    private static final String FLAG = "-XX:+AllowRedefinitionToAddDeleteMethods";

    /** For {@link java.util.ServiceLoader}. */
    public TestBlockHoundIntegration() {}

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.blockingMethodCallback(TestBlockHoundIntegration::blocked);
        builder.addDynamicThreadPredicate(Workers::isWorker);
        builder.nonBlockingThreadPredicate(known -> known.or(
                thread -> thread instanceof Probe || BlockingCalls.areWanted() && Workers.mustNotBlock(thread)));
    }

    private static void blocked(BlockingMethod method) {
        if (Thread.currentThread() instanceof Probe probe) {
            probe.seen = true;
            return;
        }
        var error = new BlockingOperationError(method);
        BlockingCalls.add(error);
        throw error;
    }

    /** {@return null if BlockHound is at work, else what is missing and what to do about it} It is installed once. */
    static @Nullable String missing() {
        return Installed.MISSING;
    }

    private static final class Installed {
        static final @Nullable String MISSING = install();

        private Installed() {}

        private static @Nullable String install() {
            try {
                BlockHound.install(new TestBlockHoundIntegration());
            } catch (RuntimeException | Error failure) {
                Throwable cause = failure.getCause();
                return without(String.valueOf(cause == null ? failure : cause));
            }
            return Probe.sees() ? null : without("it does not see a thread that parks");
        }

        private static String without(String what) {
            return "@NoBlocking looked for BlockHound at work on JDK "
                    + Runtime.version().feature() + ", and found: " + what + "; give the JVM of the tests the flag "
                    + FLAG
                    + " (Surefire: <argLine>" + FLAG + "</argLine>; Gradle: tasks.test { jvmArgs(\"" + FLAG
                    + "\") }), and install BlockHound, if you do it yourself, by BlockHound.install()";
        }
    }

    /** Parks for a moment, to see whether that is found. */
    private static final class Probe extends Thread {
        private volatile boolean seen;

        @Override
        public void run() {
            LockSupport.parkNanos(1);
        }

        static boolean sees() {
            var probe = new Probe();
            probe.start();
            while (probe.isAlive()) onSpinWait();
            return probe.seen;
        }
    }
}
