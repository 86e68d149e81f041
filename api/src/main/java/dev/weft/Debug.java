package dev.weft;

import dev.weft.spi.Reports;
import dev.weft.spi.SourceWatch;
import dev.weft.spi.Warning;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The warnings that {@code -Dweft.debug=true} adds: about each object that was made to be used, and is garbage-collected
 * without that. They say where the object was made, which costs a stack trace for each; off, it costs nothing.
 */
final class Debug {
    static final boolean ON = SourceWatch.isOn();

    private Debug() {}

    /**
     * Watches an object that the current code makes.
     *
     * @param message what is wrong if nobody has used it, and what to do
     * @return what to set when it is used; null if nothing is watched
     */
    static @Nullable AtomicBoolean watch(Object made, Warning.Kind kind, String message) {
        if (!ON) return null;
        var used = new AtomicBoolean();
        watch(made, used::get, kind, message);
        return used;
    }

    /**
     * As the other one.
     *
     * @param isFine says, when the object is gone, that there is nothing to report; it must not refer to the object
     */
    static void watch(Object made, BooleanSupplier isFine, Warning.Kind kind, String message) {
        if (!ON) return;
        String name = Thread.currentThread().getName();
        var here = new Throwable(); // its trace costs little unless it is asked for
        GarbageWatch.watch(made, () -> {
            if (isFine.getAsBoolean()) return;
            List<StackTraceElement> frames = Arrays.asList(AwaitTrace.ofTheUser(here.getStackTrace()));
            Reports.warn(new Warning(kind, name, message, frames));
        });
    }
}
