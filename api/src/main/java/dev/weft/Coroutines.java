package dev.weft;

/**
 * What runs in this process: for operators, and for those who look for a bug.
 *
 * @since 0.1
 */
public final class Coroutines {
    /** How many a dump holds if nobody says otherwise. */
    private static final int MOST = 100_000;

    private Coroutines() {}

    /**
     * {@return all coroutines that are alive, and all sources that were started without a thread, up to 100 000} What
     * starts, ends or goes on while it is taken may be missing, or shown as it was. The first 10 000 are shown with
     * where they are in the code. Nothing has to be turned on for it, and nothing waits for it. It never suspends, and
     * any thread may take it.
     */
    public static CoroutineDump dump() {
        return dump(MOST);
    }

    /**
     * Registers the {@link CoroutinesMXBean} with the platform's MBean server, if it is not registered yet.
     *
     * @return what unregisters it
     * @throws IllegalStateException if the server refuses it
     * @throws NoClassDefFoundError if this JVM lacks the module {@code java.management}
     */
    public static Hooks.Handle registerMXBean() {
        return Management.register();
    }

    /**
     * {@return as {@link #dump()}}
     *
     * @param most how many it holds at most, the oldest with what they have started; a dump of 100 000 takes some 50 MB
     * @throws IllegalArgumentException if that is less than 1
     */
    public static CoroutineDump dump(int most) {
        if (most < 1) throw new IllegalArgumentException("most must be positive, but is " + most);
        return Dumper.take(most);
    }
}
