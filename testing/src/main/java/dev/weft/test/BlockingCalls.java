package dev.weft.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The calls that have blocked where they must not, since a test with {@link NoBlocking} began. */
final class BlockingCalls {
    private static final int SHOWN = 5;
    private static final String BLOCKHOUND = "reactor.blockhound.BlockHound";

    /** The beginnings of the names of classes that have made the call for somebody else. */
    private static final List<String> CALLED = List.of("java.", "jdk.", "sun.", "reactor.blockhound.");

    /** Those of the test that runs; null if none does. Added to by any thread. */
    private static volatile @Nullable Queue<Call> found;

    private record Call(Error error, String thread) {
        @Override
        public String toString() {
            List<StackTraceElement> frames = Arrays.stream(error.getStackTrace())
                    .filter(frame -> CALLED.stream().noneMatch(frame.getClassName()::startsWith))
                    .limit(SHOWN)
                    .toList();
            return error.getMessage() + " on " + thread + Origin.lines(frames);
        }
    }

    private BlockingCalls() {}

    /** {@return null if they are found here, else what is missing and what to do about it} */
    static @Nullable String missing() {
        try {
            Class.forName(BLOCKHOUND, false, BlockingCalls.class.getClassLoader());
        } catch (ClassNotFoundException absent) {
            return "@NoBlocking looked for BlockHound on the class path, and found none: add"
                    + " io.projectreactor.tools:blockhound to what the tests depend on";
        }
        return TestBlockHoundIntegration.missing();
    }

    static void begin() {
        found = new ConcurrentLinkedQueue<>();
    }

    /** {@return whether a test runs that wants to know them} */
    static boolean areWanted() {
        return found != null;
    }

    static void add(Error error) {
        Queue<Call> calls = found;
        if (calls != null) calls.add(new Call(error, Thread.currentThread().getName()));
    }

    /** {@return what the test fails with; null if there were none} */
    static @Nullable AssertionError end() {
        Queue<Call> calls = found;
        found = null;
        if (calls == null || calls.isEmpty()) return null;
        List<Call> all = new ArrayList<>(calls);
        int hidden = Math.max(0, all.size() - SHOWN);
        var text = new StringBuilder("threads that must not block were blocked:");
        all.subList(0, all.size() - hidden).forEach(call -> text.append("\n- ").append(call));
        if (hidden > 0) text.append("\n- and ").append(hidden).append(" more");
        return new AssertionError(text.toString(), all.get(0).error());
    }
}
