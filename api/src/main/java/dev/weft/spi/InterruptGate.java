package dev.weft.spi;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of a coroutine's thread: how a canceller reaches foreign code in a cancelled scope, but no other code.
 *
 * <p>A thread that waits in the engine is woken through its {@link Suspension}. Foreign code, such as a blocking read,
 * only knows interrupts; but an interrupt belongs to a thread and not to a scope. One that is sent a moment too late
 * would hit the code after the scope, a shield, or a subscriber. So the thread's position and its flag are checked and
 * changed as one: the thread that sets {@code interrupt} to SENDING has the right to do that, and soon gives it back by
 * writing the next state. This is the only lock of the handshake, nothing waits under it, and its state describes the
 * flag:
 *
 * <table>
 * <caption>What each side does in each state</caption>
 * <tr><th>state</th><th>says</th><th>a canceller</th><th>the thread, at a border</th></tr>
 * <tr><td>NONE</td><td>no canceller has set the flag; if it is set, the interrupt is foreign</td>
 *   <td>claims and checks: SENT if it has interrupted, else NONE again</td><td>passes</td></tr>
 * <tr><td>SENDING</td><td>a thread checks or changes the flag</td><td>spins</td><td>spins</td></tr>
 * <tr><td>SENT</td><td>the flag is, or was, a canceller's</td>
 *   <td>claims and checks: SENT again, whether it has interrupted or not</td><td>claims, clears the flag: NONE</td></tr>
 * </table>
 *
 * <p>A border is a point after which an earlier interrupt is not meant for the code on the thread: the thread has seen
 * the cancellation, leaves a scope, enters a shield or a scope that decides about interrupts, enters or leaves the code
 * of a subscriber, waits for its members, takes a foreign interrupt, or ends. At each border it first writes where it
 * is ({@code interruptsOff}, {@code nested}, {@code suspension}), and then settles. A canceller first claims and then
 * reads those. So either the canceller sees the border, or the thread sees the claim.
 *
 * <p>An interrupt that is withheld from the thread, the thread sends to itself, by {@link #redeliver}, when it is back
 * in code that the interrupt is meant for: after a shield or the like, after the code of a subscriber, and after the
 * wait for members.
 */
abstract class InterruptGate extends Scope {
    private static final AtomicIntegerFieldUpdater<InterruptGate> INTERRUPT =
            AtomicIntegerFieldUpdater.newUpdater(InterruptGate.class, "interrupt");

    private static final int NONE = 0;
    private static final int SENDING = 1;
    private static final int SENT = 2;

    /** The thread, null before the start; written by the thread that starts it. */
    private volatile @Nullable Thread thread;

    /** Written by cancellers and the thread itself: by the one that has set it to SENDING. */
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
     * Interrupts the thread on behalf of a canceller, unless the thread has seen the cancellation, has left the scope,
     * is shielded, must not be interrupted where it is, or will interrupt itself later. The thread never passes a
     * border while the state is SENDING, so no interrupt arrives after the border.
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
     * {@return the innermost scope whose code an interrupt for this one would hit, or null if it must not be sent}
     *
     * <p>A thread that waits for its members is not interrupted. A canceller may still come here if it checked before
     * that wait began. The flag would not end the wait, which nothing ends early; it would be taken for a foreign
     * interrupt and consumed, and so be lost for the code after the wait. So the thread interrupts itself there.
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

    /** Waits for a canceller that is interrupting this thread, and clears an interrupt that a canceller has sent. */
    final void settleInterrupt() {
        SchedulePoint.pass();
        if (interrupt == NONE) return;
        if (claimInterrupt() == SENT) Thread.interrupted();
        SchedulePoint.passWhileOthersSpin();
        interrupt = NONE;
    }

    /** Delivers an interrupt that was withheld, for foreign blocking calls that follow. */
    final void redeliver(Scope scope) {
        if (scope.cancellation() == null || scope.interruptsOff() || !scope.isInterruptible()) return;
        claimInterrupt();
        noteInterrupt(scope, true);
        Thread.currentThread().interrupt();
        SchedulePoint.passWhileOthersSpin();
        interrupt = SENT;
    }

    /** {@return whether code of this scope has cleared the flag that a canceller has set, as what throws for it does} */
    final boolean hasTakenInterrupt(Scope scope) {
        if (scope.interruptedIn() == NOT_INTERRUPTED) return false;
        int before = claimInterrupt();
        boolean taken = before == SENT && !Thread.currentThread().isInterrupted();
        interrupt = before;
        return taken;
    }

    /** Handles a foreign interrupt: cancels the whole coroutine and consumes the flag. */
    final void cancelSelf() {
        settleInterrupt();
        if (Thread.interrupted())
            cancel(
                    Cancellation.Reason.INTERRUPTED,
                    "an interrupt from outside",
                    new InterruptedException("interrupted from outside"));
    }

    /**
     * Notes that the thread, in this scope, has seen the cancellation, perhaps before the canceller has reached the
     * scopes inside.
     */
    final void interruptSeen(Scope in, Cancellation c) {
        for (Scope s = in; s != null && isCancelledBy(s, c); s = s.parent()) s.interruptsOff(true);
        Scope inner = in.nested();
        if (inner != null) turnOffInside(inner);
        settleInterrupt();
        for (Scope s = in.innermost(); s != null && s.task() == this; s = s.parent())
            if (s.cancellation() == c) s.interruptedIn(NOT_INTERRUPTED);
    }

    /**
     * Reverts {@link #interruptSeen}, from this scope outwards: the thread goes on with a result, and interrupts must
     * still reach it.
     */
    final void interruptUnseen(Scope in, @Nullable Cancellation c) {
        for (Scope s = in; s != null && isCancelledBy(s, c); s = s.parent()) s.interruptsOff(false);
    }

    private boolean isCancelledBy(Scope s, @Nullable Cancellation c) {
        return s.task() == this && s.cancellation() == c;
    }

    /** From here on, no interrupt reaches this scope. */
    final void turnOff(Scope scope) {
        scope.interruptsOff(true);
        settleInterrupt();
    }

    /** From here on, no interrupt reaches this scope or one inside it, up to the first shield. */
    static void turnOffInside(Scope scope) {
        for (Scope s = scope; s != null && !s.isShield(); s = s.nested()) s.interruptsOff(true);
    }

    /**
     * Notes, before the interrupt, which scopes may fail because of it; {@code byItself} if the thread interrupts
     * itself, so that it may not hit foreign code.
     */
    private void noteInterrupt(Scope met, boolean byItself) {
        for (Scope s = met; s != null && s.task() == this; s = s.parent())
            if (s.cancellation() != null && s.interruptedIn() != IN_FOREIGN_CODE)
                s.interruptedIn(byItself ? BY_ITSELF : IN_FOREIGN_CODE);
    }

    /** Claims the right to interrupt this thread or to clear its flag; the caller soon writes the next state. */
    private int claimInterrupt() {
        for (; ; ) {
            SchedulePoint.pass();
            int before = interrupt;
            if (before != SENDING && INTERRUPT.compareAndSet(this, before, SENDING)) return before;
            Thread.yield();
        }
    }
}
