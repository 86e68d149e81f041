package dev.weft.spi;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds, in debug mode, the sources that await-style code has made and that nobody has used, such as a {@code Mono}
 * whose await was forgotten. A backend tells it of each source that is made, and of each that is subscribed to.
 *
 * <p>A source is forgotten if it is garbage-collected without having been used, and without having been part of
 * something that was, as a fallback that was not needed. Only the collector knows what refers to what. So all that is
 * used is held until the collector has run: what is gone then was part of none of that. What is still there then is not
 * looked at again. So some are missed, and few are reported wrongly:
 *
 * <ul>
 *   <li>Of a chain of operators, each made right after the one before, the last one is reported.
 *   <li>A place is reported once, and not at all if what it makes has been used before: then an exception or a condition
 *       has come in between.
 *   <li>Not reported is what was made in a scope that was cancelled, or in a coroutine that has failed.
 * </ul>
 *
 * @since 0.1
 */
public final class SourceWatch {
    private static final boolean ON = Boolean.getBoolean("weft.debug");

    /** What the current thread has made last. */
    private static final ThreadLocal<@Nullable Made> LAST = new ThreadLocal<>();

    private final String library;
    private final BooleanSupplier tells;

    private SourceWatch(String library, BooleanSupplier tells) {
        this.library = library;
        this.tells = tells;
    }

    /**
     * {@return what a backend tells of its sources; null unless there is a debug mode}
     *
     * @param library how the names of the library's own packages begin
     * @param tells whether the backend still tells: what it cannot tell of is not reported
     */
    public static @Nullable SourceWatch of(String library, BooleanSupplier tells) {
        return ON ? new SourceWatch(library, tells) : null;
    }

    /** {@return whether there is a debug mode, which {@code -Dweft.debug=true} turns on} */
    public static boolean isOn() {
        return ON;
    }

    /** The current code has made a source, which is watched if that is await-style code. */
    public void made(Object source) {
        Scope here = Scope.current();
        if (here == null || here.suspended() != null) return; // an await that subscribes is suspended already
        Round round = Round.current;
        if (!tells.getAsBoolean() || !round.hasRoom()) return;
        var made = new Made(source, this, here);
        Made before = LAST.get();
        if (before != null) before.next = made;
        LAST.set(made);
        round.made.add(made);
    }

    /** A source is used: it is subscribed to, or an await or a loop has it. */
    public static void used(Object source) {
        if (ON) Round.current.hold(source);
    }

    /** A source that await-style code has made. */
    private static final class Made extends WeakReference<Object> {
        private final SourceWatch by;
        private final String what;
        private final Scope scope;

        /** Its stack trace is made when it is asked for, which takes the most time by far. */
        private final Throwable here = new Throwable();

        /** What the thread has made after this; written by that thread. */
        private volatile @Nullable Made next;

        Made(Object source, SourceWatch by, Scope scope) {
            super(source);
            this.by = by;
            this.what = source.getClass().getSimpleName();
            this.scope = scope;
        }

        boolean isGone() {
            return refersTo(null);
        }

        boolean isForgotten() {
            Made after = next;
            return isGone()
                    && !(after != null && after.isGone())
                    && by.tells.getAsBoolean()
                    && scope.cancellation() == null
                    && !scope.task().hasFailed();
        }

        /** {@return where the code of the user is, which the library's own is beneath} */
        List<StackTraceElement> place() {
            return WatchedTask.ofTheUser(here.getStackTrace()).stream()
                    .dropWhile(frame -> frame.getClassName().startsWith(by.library))
                    .toList();
        }

        void warn(List<StackTraceElement> place) {
            Reports.warn(new Warning(
                    Warning.Kind.NEVER_SUBSCRIBED,
                    scope.task().title(),
                    "a source (" + what + ") was made and never subscribed to, so it has done nothing: await it,"
                            + " or return it to code that subscribes to it",
                    place));
        }
    }

    /** What happens from one run of the garbage collector to the next. */
    private static final class Round {
        private static final Cleaner CLEANER = Cleaner.create();
        private static volatile Round current = begin();

        /** How many it watches, so that it ends before the next one does. */
        private static final int MOST = 10_000;

        /** The places, as hash codes, of which no more is to be said; used by the cleaner's thread. */
        private static final Set<Integer> SETTLED = new HashSet<>();

        private final AtomicInteger admitted = new AtomicInteger();
        private final Queue<Made> made = new ConcurrentLinkedQueue<>();
        private final Set<Object> held =
                Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

        private static Round begin() {
            var round = new Round();
            CLEANER.register(new Object(), round::end);
            return round;
        }

        boolean hasRoom() {
            return admitted.incrementAndGet() <= MOST;
        }

        /** What was made later cannot be part of it. */
        void hold(Object source) {
            if (!made.isEmpty()) held.add(source);
        }

        /**
         * The collector has run. What came too late for this round, from a thread that had it still in hand, is lost
         * with it, and not reported.
         */
        private void end() {
            List<Made> forgotten = made.stream().filter(Made::isForgotten).toList(); // while what is used is still held
            current = begin();
            for (Made each : made) if (isUsed(each)) SETTLED.add(each.place().hashCode());
            forgotten.forEach(Round::report);
            Reference.reachabilityFence(this);
        }

        private boolean isUsed(Made source) {
            Object itself = source.get();
            return itself != null && held.contains(itself);
        }

        private static void report(Made forgotten) {
            List<StackTraceElement> place = forgotten.place();
            if (!place.isEmpty() && SETTLED.add(place.hashCode())) forgotten.warn(place);
        }
    }
}
