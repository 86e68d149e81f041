package dev.weft;

/**
 * Where a failure was awaited: suppressed in the failure, once, so that its trace shows the awaiting code beside the source's.
 */
final class AwaitTrace extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final boolean ON = !"off".equals(System.getProperty("weft.trace"));

    private AwaitTrace() {
        super("awaited at", null, false, true);
    }

    /** Marks a failure if it has no mark and can bear one: two awaiters of a shared failure leave one mark. */
    static Throwable mark(Throwable failure) {
        if (!ON || failure instanceof CancelledException || !hasTrace(failure)) return failure;
        synchronized (failure) { // the lock that addSuppressed takes itself
            if (!isMarked(failure)) failure.addSuppressed(new AwaitTrace());
        }
        return failure;
    }

    /** What cannot have a trace is shared, as a rule, and not to be changed; so is one that does not say. */
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
