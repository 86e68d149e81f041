package dev.weft.examples;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a program did in each of the two ways of waiting. */
record Row(String program, String block, String weft) {
    private static final long LIMIT_SECONDS = 2;

    /** Runs a program in both ways. */
    static Row of(String program, Callable<String> block, Callable<String> weft) {
        return new Row(program, limited(block), limited(weft));
    }

    static void print(String block, List<Row> rows, PrintStream out) {
        String line = "%-46s | %-49s | %s%n";
        out.printf(line, "program", block, "Weft");
        out.printf(line, "-".repeat(46), "-".repeat(49), "-".repeat(49));
        for (Row row : rows) out.printf(line, row.program, row.block, row.weft);
    }

    /** Runs something on its own virtual thread, which is abandoned after some time. */
    static String limited(Callable<String> body) {
        var task = new FutureTask<>(body);
        Thread thread = Thread.ofVirtual().start(task);
        try {
            return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException hanging) {
            thread.interrupt();
            return "hangs";
        } catch (ExecutionException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static String outcome(Callable<?> body) {
        try {
            return "returns " + body.call();
        } catch (Throwable thrown) {
            return "throws " + name(thrown);
        }
    }

    static @Nullable Throwable thrownBy(Callable<?> body) {
        try {
            body.call();
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }

    static String name(@Nullable Throwable thrown) {
        return thrown == null ? "nothing" : thrown.getClass().getSimpleName();
    }

    @SuppressWarnings("NullAway") // null is what this is for
    static <T> T nothing() {
        return null;
    }
}
