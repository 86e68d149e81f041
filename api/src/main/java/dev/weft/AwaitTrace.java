package dev.weft;

import java.util.Arrays;
import java.util.Set;

/**
 * Where a failure was awaited: suppressed in the failure, once, so that its trace shows the awaiting code as well as
 * the source's.
 *
 * <p>It begins and ends with a frame of the user's code. The JDK's frames are left out at both ends, and our own
 * everywhere: how an await works, and what carries a coroutine, is the same in every trace.
 */
final class AwaitTrace extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final boolean ON = !"off".equals(System.getProperty("weft.trace"));
    private static final Set<String> OURS = Set.of(
            "dev.weft",
            "dev.weft.spi",
            "dev.weft.reactor",
            "dev.weft.rxjava",
            "dev.weft.rxjava4",
            "dev.weft.micrometer");

    /** A {@code StackWalker} would cost more: it makes an object for each frame, even for those that are left out. */
    private AwaitTrace() {
        super("awaited at", null, false, true);
        setStackTrace(ofTheUser(getStackTrace()));
    }

    /** Marks a failure if it has no mark and can have one: two awaiting threads that share a failure leave one mark. */
    static Throwable mark(Throwable failure) {
        if (!ON || failure instanceof CancelledException || isMarked(failure) || !hasTrace(failure)) return failure;
        var mark = new AwaitTrace();
        if (mark.getStackTrace().length == 0) return failure; // a scope throws it, where no code of the user awaits
        synchronized (failure) { // the lock that addSuppressed takes itself
            if (!isMarked(failure)) failure.addSuppressed(mark);
        }
        return failure;
    }

    /** {@return the frames from the first to the last one of the user's code, without ours; empty, if there is none} */
    static StackTraceElement[] ofTheUser(StackTraceElement[] frames) {
        int to = frames.length;
        while (to > 0 && !isOfTheUser(frames[to - 1])) to--;
        var kept = new StackTraceElement[to];
        int count = 0;
        for (int i = 0; i < to; i++)
            if (count == 0 ? isOfTheUser(frames[i]) : !isOurs(frames[i])) kept[count++] = frames[i];
        return Arrays.copyOf(kept, count);
    }

    private static boolean isOfTheUser(StackTraceElement frame) {
        String name = frame.getClassName();
        return !name.startsWith("java.") && !name.startsWith("jdk.") && !isOurs(frame);
    }

    private static boolean isOurs(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("dev.weft.") && OURS.contains(name.substring(0, name.lastIndexOf('.')));
    }

    /** A failure without a trace is usually shared and must not be changed; one that throws when asked counts as such. */
    private static boolean hasTrace(Throwable failure) {
        try {
            return failure.getStackTrace().length > 0;
        } catch (Throwable unwilling) {
            return false;
        }
    }

    private static boolean isMarked(Throwable failure) {
        for (Throwable suppressed : failure.getSuppressed()) if (suppressed instanceof AwaitTrace) return true;
        return false;
    }
}
