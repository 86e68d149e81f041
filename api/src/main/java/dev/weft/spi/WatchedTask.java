package dev.weft.spi;

import java.lang.StackWalker.StackFrame;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the watchdog knows about one coroutine. */
final class WatchedTask extends WeakReference<CoroutineTask<?>> {
    private static final String OF_AN_AWAIT = ", and has swallowed the exception that an await threw for it"
            + "; a CancelledException is a RuntimeException: begin the catch that takes it with rethrowCancellation(failure),"
            + " and put clean-up that awaits into shielded(…)";
    private static final String OF_AN_INTERRUPT =
            ", and has swallowed the InterruptedException, or the interrupt, that told it; call checkpoint() in that catch";

    private final Watchdog watchdog;

    /** The wait in which it was last found, and since when; used by the watchdog's thread only. */
    private boolean waits;

    private boolean inOurs;
    private int suspensions;
    private int blocker;
    private long since;
    private boolean told;

    /** The cancellation in which it was last found, and since when; used by the watchdog's thread only. */
    private @Nullable Cancellation cancelled;

    private long cancelledSince;
    private boolean toldOfCancelled;

    /**
     * The cancellation that the code has seen last, and all places where it has seen it; used by the coroutine only.
     */
    private @Nullable Cancellation seen;

    private List<StackTraceElement> seenAt = List.of();
    private @Nullable Set<Place> places;
    private boolean swallowed;

    WatchedTask(Watchdog watchdog, CoroutineTask<?> coroutine) {
        super(coroutine);
        this.watchdog = watchdog;
    }

    // --- the watchdog

    /** Looks at the coroutine. {@return whether it has waited for too long, and this has not been reported yet} */
    boolean isLate(CoroutineTask<?> coroutine, long now, long limit) {
        Suspension in = coroutine.suspension();
        int number = coroutine.countedSuspensions();
        boolean ours = in != null && in.isParked();
        boolean waiting = ours || coroutine.waitsOrIsBlocked();
        Thread thread = coroutine.thread(); // null while it is just being started
        int by = ours || thread == null ? 0 : System.identityHashCode(LockSupport.getBlocker(thread));
        if (!waiting || !waits || ours != inOurs || number != suspensions || by != blocker) {
            waits = waiting;
            blocker = by;
            inOurs = ours;
            suspensions = number;
            since = now;
            told = false;
            return false;
        }
        if (told || now - since < limit) return false;
        told = in != null && ours && in.waitsFor() == null;
        return !told;
    }

    /** {@return for how long it has been running on, although it is cancelled, if that is too long and not reported yet} */
    long overdue(CoroutineTask<?> coroutine, long now, long limit) {
        Scope innermost = coroutine.innermost();
        Cancellation c = innermost.suspended() instanceof Members ? null : innermost.cancellation();
        if (c != cancelled) {
            cancelled = c;
            cancelledSince = now;
            toldOfCancelled = false;
        }
        if (c == null || toldOfCancelled || now - cancelledSince < limit) return 0;
        toldOfCancelled = true;
        return now - cancelledSince;
    }

    /** Reports that it runs on, although it is cancelled. */
    void warnOfOverdue(CoroutineTask<?> coroutine, long nanos) {
        Thread thread = coroutine.thread();
        Cancellation c = cancelled;
        if (thread == null || c == null || coroutine.innermost().cancellation() != c) return;
        EngineCounter.LONG_WAITS.increment();
        String why = c.why() == null ? "" : " (" + c.why() + ')';
        Reports.warn(new Warning(
                Warning.Kind.LATE_CANCELLATION,
                thread.getName(),
                thread.getName() + " was cancelled" + why + " more than " + Watchdog.millis(nanos)
                        + " ms ago, and still runs: its code computes without a checkpoint(), or waits where neither a"
                        + " cancellation nor an interrupt ends it",
                ofTheUser(thread.getStackTrace())));
    }

    /** {@return what it waits for and where; null if that is not reported, or the coroutine has gone on} */
    Watchdog.@Nullable Wait describe(CoroutineTask<?> coroutine) {
        Thread thread = Objects.requireNonNull(coroutine.thread());
        Suspension in = coroutine.suspension();
        StackTraceElement[] stack = thread.getStackTrace();
        String what = inOurs && in != null ? in.waitsFor() : elsewhere(thread, stack, in);
        boolean wentOn = coroutine.countedSuspensions() != suspensions || coroutine.suspension() != in;
        if (what == null || wentOn || stack.length == 0) return null;
        told = true;
        IterationCell<?> loop = coroutine.openLoop(in);
        String meanwhile = loop == null
                ? ""
                : "; meanwhile the loop over " + loop.sourceName()
                        + " holds that source open: what is awaited may wait for it, as on one connection, so collect first";
        return new Watchdog.Wait(what + meanwhile, ofTheUser(stack));
    }

    private static String elsewhere(Thread thread, StackTraceElement[] stack, @Nullable Suspension in) {
        String what = Watchdog.elsewhere(thread, stack);
        if (in == Suspension.AWAY) return what + ", in the code of its subscriber";
        return in instanceof UpstreamCell cell ? what + ", inside subscribe or request of " + cell.sourceName() : what;
    }

    // --- the coroutine

    void over() {
        watchdog.forget(this);
    }

    /**
     * Called when a suspension point is about to throw. If it has thrown in this very place before, the code has gone
     * on after that.
     */
    void observed(Cancellation c) {
        if (swallowed) return;
        Place place = Place.here();
        if (c != seen || places == null) {
            seen = c;
            seenAt = place.frames();
            places = new HashSet<>();
        }
        if (!place.frames().isEmpty() && !places.add(place))
            swallow("", "is here again, although it was cancelled", c, OF_AN_AWAIT, place.frames());
    }

    /** Reverts {@link #observed}: the exception has not reached the code. */
    void unsee() {
        seen = null;
    }

    /**
     * Called when the coroutine, or a block in it, has ended as if it had not been cancelled, although it was told so.
     *
     * @param c what it was cancelled by
     * @param which what ended, to stand before the name of the coroutine
     */
    void endedNormally(@Nullable Cancellation c, String which) {
        if (swallowed || c == null) return;
        String how = "has ended normally, although it was cancelled";
        if (c == seen) swallow(which, how, c, OF_AN_AWAIT, seenAt);
        else
            swallow(
                    which,
                    how,
                    c,
                    OF_AN_INTERRUPT,
                    ofTheUser(Thread.currentThread().getStackTrace()));
    }

    private void swallow(String which, String how, Cancellation c, String what, List<StackTraceElement> place) {
        swallowed = true;
        places = null;
        String name = Thread.currentThread().getName();
        String why = c.why() == null ? "" : " (" + c.why() + ')';
        Reports.warn(
                new Warning(Warning.Kind.SWALLOWED_CANCELLATION, name, which + name + ' ' + how + why + what, place));
    }

    static List<StackTraceElement> ofTheUser(StackTraceElement[] stack) {
        return Arrays.asList(Host.get().ofTheUser(stack));
    }

    /**
     * A place in the code of the user, down to the instruction: the two {@code close} of a try with two resources are
     * in one line.
     */
    private record Place(List<StackTraceElement> frames, List<Integer> instructions) {
        static Place here() {
            List<StackFrame> stack = StackWalker.getInstance().walk(Stream::toList);
            List<StackTraceElement> all =
                    stack.stream().map(StackFrame::toStackTraceElement).toList();
            List<StackTraceElement> frames = ofTheUser(all.toArray(StackTraceElement[]::new));
            List<Integer> instructions = new ArrayList<>(frames.size());
            for (int i = 0; instructions.size() < frames.size(); i++)
                if (all.get(i) == frames.get(instructions.size()))
                    instructions.add(stack.get(i).getByteCodeIndex());
            return new Place(frames, instructions);
        }
    }
}
