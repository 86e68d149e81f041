package dev.weft.spi;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of a coroutine's thread: how a canceller reaches foreign code in a cancelled scope, and no other code.
 *
 * <p>A thread that waits in the engine is woken through its {@link Suspension}. Foreign code, such as a blocking read, knows interrupts
 * only; but those belong to a thread and not to a scope. One that is sent a moment too late would meet the code after the scope, a shield,
 * or a subscriber. So the place where the thread is and its flag are looked at and changed as one: whoever makes {@code interrupt} SENDING
 * has that right, and gives it back soon by writing the next state. It is the only lock of the handshake, nothing waits under it, and it
 * says of the flag:
 *
 * <table>
 * <caption>What each side does in each state</caption>
 * <tr><th>state</th><th>says</th><th>a canceller</th><th>the thread, at a border</th></tr>
 * <tr><td>NONE</td><td>no canceller has set the flag; if it is set, that is foreign</td>
 *   <td>claims and looks: SENT if it has interrupted, else NONE again</td><td>passes</td></tr>
 * <tr><td>SENDING</td><td>somebody looks, or changes the flag</td><td>spins</td><td>spins</td></tr>
 * <tr><td>SENT</td><td>the flag is, or was, a canceller's</td>
 *   <td>claims and looks: SENT again, whether it has interrupted or not</td><td>claims, clears the flag: NONE</td></tr>
 * </table>
 *
 * <p>A border is where the code on the thread becomes code that an interrupt from before is not meant for: the thread has seen the
 * cancellation, leaves a scope, enters a shield or a scope that says how it is interrupted, goes to a subscriber's code and comes back,
 * waits for its members, takes a foreign interrupt, or ends. At each it first writes where it is ({@code interruptsOff}, {@code nested},
 * {@code suspension}), and then settles. A canceller first claims and then reads that. So either the canceller sees the border, or the thread
 * sees the claim.
 *
 * <p>What is kept from the thread where it is, it makes up for itself, by {@link #redeliver}, when it is back in code that an interrupt is
 * meant for: after a shield or the like, a subscriber's code, and the wait for members.
 */
abstract class InterruptGate extends Scope {
    private static final AtomicIntegerFieldUpdater<InterruptGate> INTERRUPT =
            AtomicIntegerFieldUpdater.newUpdater(InterruptGate.class, "interrupt");

    private static final int NONE = 0;
    private static final int SENDING = 1;
    private static final int SENT = 2;

    /** The thread, null before the start; written by the thread that starts it. */
    private volatile @Nullable Thread thread;

    /** Written by cancellers and the thread itself, by whichever has made it SENDING. */
    private volatile int interrupt;

    InterruptGate(@Nullable Scope parent, Backend backend, Object context) {
        super(parent, backend, context);
    }

    /** {@return the thread, or null before the start} */
    public final @Nullable Thread thread() {
        return thread;
    }

    final void thread(Thread created) {
        thread = created;
    }

    // --- a canceller, on any thread

    /**
     * Interrupts the thread on behalf of a canceller, unless it has seen the cancellation, left the scope, is shielded, must not be
     * interrupted where it is, or will make up for it. The thread never passes a border while the state is SENDING, so no interrupt lands
     * after it.
     */
    final void interrupt(Scope cancelled) {
        Thread target = thread;
        if (target == null || target == Thread.currentThread()) return;
        int before = claimInterrupt();
        SchedulePoint.passWhileOthersSpin();
        Scope met = met(cancelled);
        SchedulePoint.passWhileOthersSpin();
        if (met != null) {
            noteInterrupt(met, false);
            SchedulePoint.passWhileOthersSpin();
            target.interrupt();
        }
        SchedulePoint.passWhileOthersSpin();
        interrupt = met == null ? before : SENT;
    }

    /**
     * {@return the scope whose code an interrupt sent for this one would meet, or null if there is none that it is meant for}
     *
     * <p>A thread that waits for its members meets none. A canceller may still come here: it has looked before that wait began. The flag
     * would end no wait, since members are waited for whatever happens; taken for a foreign interrupt and consumed, it would be lost for
     * the code after the wait. So the thread makes up for it there.
     */
    private static @Nullable Scope met(Scope cancelled) {
        if (cancelled.interruptsOff()) return null;
        Scope s = cancelled;
        for (Scope inner = s.nested(); inner != null; inner = s.nested()) {
            if (inner.isShield()) return null;
            s = inner;
        }
        Suspension in = s.suspended();
        return in != null && in.keepsInterrupts() || !s.isInterruptible() ? null : s;
    }

    // --- the thread itself

    /** Waits out a canceller that is just interrupting this thread, and clears an interrupt that one has sent. */
    final void settleInterrupt() {
        SchedulePoint.pass();
        if (interrupt == NONE) return;
        if (claimInterrupt() == SENT) Thread.interrupted();
        SchedulePoint.passWhileOthersSpin();
        interrupt = NONE;
    }

    /** Makes up for an interrupt that was kept away, for foreign blocking calls after what kept it. */
    final void redeliver(Scope scope) {
        if (scope.cancellation() == null || scope.interruptsOff() || !scope.isInterruptible()) return;
        claimInterrupt();
        noteInterrupt(scope, true);
        Thread.currentThread().interrupt();
        SchedulePoint.passWhileOthersSpin();
        interrupt = SENT;
    }

    /** A foreign interrupt: cancels the whole coroutine and consumes the flag. */
    final void cancelSelf() {
        settleInterrupt();
        if (Thread.interrupted())
            cancel(
                    Cancellation.Reason.INTERRUPTED,
                    "an interrupt from outside",
                    new InterruptedException("interrupted from outside"));
    }

    /** The thread, in this scope, has seen the cancellation, perhaps before the canceller has come to the scopes inside. */
    final void interruptSeen(Scope in, Cancellation c) {
        for (Scope s = in; s != null && isCancelledBy(s, c); s = s.parent()) s.interruptsOff(true);
        Scope inner = in.nested();
        if (inner != null) turnOffInside(inner);
        settleInterrupt();
        for (Scope s = in.innermost(); s != null && s.task() == this; s = s.parent())
            if (s.cancellation() == c) s.interruptedIn(NOT_INTERRUPTED);
    }

    /** Takes back {@link #interruptSeen}, from this scope outwards: the thread goes on with a result, and has still to be reached. */
    final void interruptUnseen(Scope in, @Nullable Cancellation c) {
        for (Scope s = in; s != null && isCancelledBy(s, c); s = s.parent()) s.interruptsOff(false);
    }

    private boolean isCancelledBy(Scope s, @Nullable Cancellation c) {
        return s.task() == this && s.cancellation() == c;
    }

    /** From here on no interrupt reaches this scope. */
    final void turnOff(Scope scope) {
        scope.interruptsOff(true);
        settleInterrupt();
    }

    /** From here on no interrupt reaches this scope or one inside it, up to the first shield. */
    static void turnOffInside(Scope scope) {
        for (Scope s = scope; s != null && !s.isShield(); s = s.nested()) s.interruptsOff(true);
    }

    /** Notes, before the interrupt, which scopes its answer may come out of; by itself if nobody knows whether foreign code meets it. */
    private void noteInterrupt(Scope met, boolean byItself) {
        for (Scope s = met; s != null && s.task() == this; s = s.parent())
            if (s.cancellation() != null && s.interruptedIn() != IN_FOREIGN_CODE)
                s.interruptedIn(byItself ? BY_ITSELF : IN_FOREIGN_CODE);
    }

    /** Takes the right to interrupt this thread or to clear its flag; whoever has it writes the next state soon. */
    private int claimInterrupt() {
        for (; ; ) {
            SchedulePoint.pass();
            int before = interrupt;
            if (before != SENDING && INTERRUPT.compareAndSet(this, before, SENDING)) return before;
            Thread.yield();
        }
    }
}
