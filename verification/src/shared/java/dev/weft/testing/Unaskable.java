package dev.weft.testing;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Failures that can be passed on and nothing else: every method of theirs that somebody might call throws. */
public final class Unaskable {
    private Unaskable() {}

    /** One of each kind. */
    public static Stream<Throwable> all() {
        return Stream.of(new Checked(), new Unchecked(), new Serious());
    }

    /** What a body throws, the instance; the checked exception out of its carrier. */
    public static Throwable thrownBy(Callable<?> body) {
        try {
            body.call();
        } catch (dev.weft.AwaitException carrier) {
            return carrier.getCause();
        } catch (Throwable thrown) {
            return thrown;
        }
        throw new AssertionError("returned instead of throwing");
    }

    /** Throws anything. */
    @SuppressWarnings("unchecked")
    public static <X extends Throwable> RuntimeException sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    /** Whether a list has one element, and that is it; the element is not asked for its equals. */
    public static boolean isOnly(List<?> list, Throwable failure) {
        return list.size() == 1 && list.getFirst() == failure;
    }

    private static IllegalStateException asked() {
        return new IllegalStateException("it was asked");
    }

    /** A checked one. */
    public static final class Checked extends Exception {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw asked();
        }

        @Override
        public String getLocalizedMessage() {
            throw asked();
        }

        @Override
        public synchronized Throwable getCause() {
            throw asked();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw asked();
        }

        @Override
        public synchronized Throwable initCause(Throwable cause) {
            throw asked();
        }

        @Override
        public void setStackTrace(StackTraceElement[] trace) {
            throw asked();
        }

        @Override
        public void printStackTrace() {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintStream out) {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintWriter out) {
            throw asked();
        }

        @Override
        public String toString() {
            throw asked();
        }

        @Override
        public boolean equals(Object other) {
            throw asked();
        }

        @Override
        public int hashCode() {
            throw asked();
        }
    }

    /** An unchecked one. */
    public static final class Unchecked extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw asked();
        }

        @Override
        public String getLocalizedMessage() {
            throw asked();
        }

        @Override
        public synchronized Throwable getCause() {
            throw asked();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw asked();
        }

        @Override
        public synchronized Throwable initCause(Throwable cause) {
            throw asked();
        }

        @Override
        public void setStackTrace(StackTraceElement[] trace) {
            throw asked();
        }

        @Override
        public void printStackTrace() {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintStream out) {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintWriter out) {
            throw asked();
        }

        @Override
        public String toString() {
            throw asked();
        }

        @Override
        public boolean equals(Object other) {
            throw asked();
        }

        @Override
        public int hashCode() {
            throw asked();
        }
    }

    /** An error. */
    public static final class Serious extends Error {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw asked();
        }

        @Override
        public String getLocalizedMessage() {
            throw asked();
        }

        @Override
        public synchronized Throwable getCause() {
            throw asked();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw asked();
        }

        @Override
        public synchronized Throwable initCause(Throwable cause) {
            throw asked();
        }

        @Override
        public void setStackTrace(StackTraceElement[] trace) {
            throw asked();
        }

        @Override
        public void printStackTrace() {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintStream out) {
            throw asked();
        }

        @Override
        public void printStackTrace(PrintWriter out) {
            throw asked();
        }

        @Override
        public String toString() {
            throw asked();
        }

        @Override
        public boolean equals(Object other) {
            throw asked();
        }

        @Override
        public int hashCode() {
            throw asked();
        }
    }
}
