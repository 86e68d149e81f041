package dev.weft.testing;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Failures that can only be passed on: each of their methods that code might call throws. */
public final class Unaskable {
    private Unaskable() {}

    /** One of each kind. */
    public static Stream<Throwable> all() {
        return Stream.of(new Checked(), new Unchecked(), new Serious());
    }

    /** What a body throws, the same instance; a checked exception is unwrapped. */
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

    /** Throws any throwable, checked or not. */
    @SuppressWarnings("unchecked")
    public static <X extends Throwable> RuntimeException sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    /** Whether a list has exactly this one element, by identity: {@code equals} of the element is not called. */
    public static boolean isOnly(List<?> list, Throwable failure) {
        return list.size() == 1 && list.getFirst() == failure;
    }

    private static IllegalStateException asked() {
        return new IllegalStateException("it was asked");
    }

    /** A checked failure. */
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

    /** An unchecked failure. */
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
