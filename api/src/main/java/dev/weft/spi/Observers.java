package dev.weft.spi;

import org.jspecify.annotations.Nullable;

/**
 * Holds the observer of this process. Off, it costs each coroutine one read when it starts, and each wait one read of
 * a field of its own coroutine.
 *
 * @since 0.1
 */
public final class Observers {
    private static volatile @Nullable Observer current;

    private Observers() {}

    /** Sets the observer for all that starts from now on; null for none. */
    public static void set(@Nullable Observer observer) {
        current = observer;
    }

    static void discarded(Object value) {
        Observer observer = current;
        if (observer != null) observer.discarded(value);
    }

    static Observer.@Nullable Observation started(Observer.Observed started, @Nullable CoroutineTask<?> parent) {
        Configured.load();
        Observer observer = current;
        return observer == null ? null : observer.started(started, parent == null ? null : parent.observation());
    }

    /**
     * Has the host set the observer that is configured, once. Not while this class is initialized: a tool may set one
     * on another thread at that very time, and must not wait for that.
     */
    private static final class Configured {
        static {
            Host.get().observe();
        }

        private Configured() {}

        static void load() {}
    }
}
