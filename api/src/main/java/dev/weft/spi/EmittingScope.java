package dev.weft.spi;

import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A scope whose code hands values to code outside, by a call. The code that takes a value is not part of this scope,
 * nor of the scopes inside it: it runs in the scope around this one, with that scope's context, backend and
 * thread-locals. A cancellation from inside does not reach it; one from outside does, whatever shields are inside.
 *
 * <p>The thread steps out of its innermost scope, and this scope stays beside the one around it, where cancellers still
 * find it. A coroutine that was started inside and emits too is a {@link GuestScope} outside.
 *
 * @param <T> the type of the values
 * @since 0.1
 */
public abstract class EmittingScope<T> extends Scope {
    private final Scope outside;

    /** Sets the thread-locals of the scope around this one, and hands out the value; null if there are none. */
    private @Nullable Runnable propagated;

    /** The value that is handed out that way, and the answer; written and read by the emitting thread. */
    private @Nullable T handed;

    private boolean more;

    /**
     * The scope stepped out of before this one; written before this one is published, and not reset, since cancellers
     * may be reading it.
     */
    private @Nullable EmittingScope<?> below;

    /**
     * A scope inside another one, on the same thread.
     *
     * @param outside the innermost scope of the current thread
     */
    protected EmittingScope(Scope outside) {
        super(outside, outside.backend(), outside.context(), false);
        this.outside = outside;
    }

    /** Takes over the thread-locals of the code outside; called there, before this scope is entered. */
    protected final void prepare() {
        Runnable own = this::acceptHanded;
        Runnable around =
                outside.backend().propagate(outside.context(), Host.get().bound(outside.context(), own));
        if (around != own) propagated = around;
    }

    /**
     * Takes a value; runs outside this scope.
     *
     * @return whether it takes more
     */
    protected abstract boolean accept(T value) throws Exception;

    /**
     * {@return the error of an emit by code that may not}
     *
     * @param shared whether the members of the generator's scope may emit too
     */
    protected static IllegalStateException refused(boolean shared) {
        if (CoroutineTask.ofThread() != null && Scope.current() == null)
            return new IllegalStateException("emit from inside the code of a subscriber");
        return new IllegalStateException(
                shared
                        ? "emit from outside the generator's coroutine and its members: use AsyncStream.fromListener there"
                        : "emit from outside the generator's coroutine: call concurrent() on the emitter first, so that"
                                + " its members may emit too, or use AsyncStream.fromListener");
    }

    final @Nullable EmittingScope<?> below() {
        return below;
    }

    /** {@return what {@link #accept} returns for a value that is handed out from inside this scope} */
    protected final boolean handOut(T value) throws Exception {
        Scope here = Objects.requireNonNull(current());
        return stepOut(here, value, propagated != null && (here.context() != context() || here.task() != task()));
    }

    private boolean acceptPropagated(T value) {
        handed = value;
        Objects.requireNonNull(propagated).run();
        return more;
    }

    private void acceptHanded() {
        T value = Objects.requireNonNull(handed);
        handed = null;
        try {
            more = accept(value);
        } catch (Exception thrown) {
            throw Failures.<RuntimeException>sneak(thrown);
        }
    }

    private boolean stepOut(Scope here, T value, boolean otherLocals) throws Exception {
        CoroutineTask<?> task = here.task();
        Suspension before = here.stepOut();
        GuestScope guest = task == task() ? null : new GuestScope(outside, task);
        if (guest == null) standAside();
        else guest.enter();
        try {
            return otherLocals ? acceptPropagated(value) : accept(value);
        } finally {
            if (guest == null) stepIn();
            else guest.leave();
            here.stepIn(before);
        }
    }

    /**
     * Moves the thread to the scope around this one, whose cancellation is checked afterwards, as after
     * {@link Scope#suspend}.
     */
    private void standAside() {
        below = outside.steppedOut();
        outside.steppedOut(this);
        SchedulePoint.pass();
        outside.nested(null);
        task().top(outside);
        task().redeliver(outside);
    }

    /** Moves the thread back. If a canceller has missed this scope meanwhile, cancels it here. */
    private void stepIn() {
        outside.nested(this);
        SchedulePoint.pass();
        outside.steppedOut(below);
        SchedulePoint.pass();
        Cancellation c = outside.cancellation();
        if (c == null) return;
        cancel(c);
        if (outside.interruptsOff()) InterruptGate.turnOffInside(this);
    }

    /**
     * The thread of another coroutine in a scope, while it runs code of that scope. What it starts becomes a member of
     * the scope itself.
     */
    private static final class GuestScope extends Scope implements Member {
        private final Scope host;

        GuestScope(Scope host, CoroutineTask<?> task) {
            super(host, task);
            this.host = host;
        }

        void enter() {
            host.members().add(this);
            SchedulePoint.pass();
            Cancellation c = host.cancellation();
            if (c != null) cancel(c);
            task().top(this);
            task().redeliver(this);
        }

        void leave() {
            closeOpened();
            host.dismiss(this);
            task().turnOff(this);
        }

        @Override
        boolean isGuest() {
            return true;
        }

        @Override
        public Scope home() {
            return host.home();
        }

        @Override
        public void cancel(Cancellation c, Deque<Scope> marked) {
            if (mark(c)) marked.add(this);
        }

        @Override
        public boolean wasCut() {
            return false;
        }

        @Override
        public @Nullable Throwable unobservedFailure() {
            return null;
        }

        @Override
        public long rest() {
            return Rest.inside(this);
        }

        @Override
        public String title() {
            return task().title();
        }

        @Override
        public String describe() {
            return task().describe();
        }
    }
}
