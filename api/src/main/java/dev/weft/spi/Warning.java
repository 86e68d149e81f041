package dev.weft.spi;

import java.util.List;

/**
 * What the engine has noticed about a program that works, or waits, in a way that is probably not intended. A warning
 * changes nothing.
 *
 * @param kind what was noticed
 * @param coroutine the name of the thread that it concerns, usually a coroutine's
 * @param message what happened and what to do, in one line
 * @param frames where the code of the user was at that time, the innermost frame first; empty if there was none
 * @since 0.1
 */
public record Warning(Kind kind, String coroutine, String message, List<StackTraceElement> frames) {
    private static final int SHOWN = 12;

    /** The kinds of warnings. */
    public enum Kind {
        /** A wait longer than the watchdog's limit; only while there is a watchdog. */
        LONG_WAIT,
        /**
         * A coroutine went on, or ended as if nothing had happened, after a cancellation that it had seen; only while
         * there is a watchdog.
         */
        SWALLOWED_CANCELLATION,
        /** A source took long to cancel, and the awaiting code had to wait for that. */
        SLOW_CANCEL,
        /** A block ended long after its timeout had fired. */
        LATE_TIMEOUT,
        /** Code went on for long after it was cancelled, and has not ended; only while there is a watchdog. */
        LATE_CANCELLATION,
        /** A listener got a value after its loop was over, and its registration has not said how to deregister it. */
        LEAKED_LISTENER,
        /** A coroutine was built, and neither awaited nor started; only with {@code -Dweft.debug=true}. */
        NEVER_RUN,
        /** A callback was forgotten, so that what awaits it waits for ever; only with {@code -Dweft.debug=true}. */
        FORGOTTEN_CALLBACK,
        /**
         * A source of a reactive library was made, and neither awaited nor subscribed to; only with {@code
         * -Dweft.debug=true}.
         */
        NEVER_SUBSCRIBED
    }

    /** Copies the frames. */
    public Warning {
        frames = List.copyOf(frames);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(message);
        frames.stream().limit(SHOWN).forEach(frame -> text.append("\n  at ").append(frame));
        return text.toString();
    }
}
