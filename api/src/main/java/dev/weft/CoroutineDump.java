package dev.weft;

import dev.weft.spi.WaitKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All coroutines that were alive at one time, and all sources that were started without a thread: who has started whom,
 * and what each waits for. {@link Coroutines#dump} takes it.
 *
 * @param taken when
 * @param entries what was found: the oldest first, each followed by what it has started
 * @param isComplete whether these are all; else there were more than were asked for
 * @param cycles those that wait for each other, so that none goes on unless it is cancelled: the numbers of their
 *     entries, each waiting for the next one and the last for the first
 * @since 0.1
 */
public record CoroutineDump(Instant taken, List<Entry> entries, boolean isComplete, List<List<Integer>> cycles) {
    /** What a coroutine does. */
    public enum State {
        /** It runs, or is about to. */
        RUNNING,
        /** It waits in Weft; {@link Entry#waitsFor} says for what. */
        SUSPENDED,
        /** It waits outside of Weft, such as for a lock or a blocking call. */
        BLOCKED
    }

    /**
     * One coroutine, or a source without a thread.
     *
     * @param number its place among the entries
     * @param parent the number of what owns it or has subscribed to it, or -1
     * @param depth how many are around it
     * @param name its name
     * @param isNamed whether the program has named it
     * @param backend the id of its backend
     * @param thread the id of its thread, or -1 for a source
     * @param state what it does
     * @param kind what it waits for in Weft, in a word; null if it does not
     * @param waitsFor what it waits for in Weft, in a line; null if it does not
     * @param suspensions how often it has suspended: as long as that stays the same from one dump to the next, it has
     *     waited all the time
     * @param age for how long it has been alive; null for a source
     * @param waiting for how long it has waited; null if it does not, and unless a {@link CoroutineListener} was
     *     registered when it started, or there is a debug mode
     * @param cancelled why it is cancelled; null if it is not
     * @param where the innermost frames of the program's code on its thread
     * @param made the innermost frames of the program's code that has made it; empty unless there is a debug mode
     * @param awaitedBy the numbers of those that await its handle
     * @param context those entries of its context that {@code weft.dump.context} names
     */
    public record Entry(
            int number,
            int parent,
            int depth,
            String name,
            boolean isNamed,
            String backend,
            long thread,
            State state,
            @Nullable WaitKind kind,
            @Nullable String waitsFor,
            int suspensions,
            @Nullable Duration age,
            @Nullable Duration waiting,
            @Nullable String cancelled,
            List<StackTraceElement> where,
            List<StackTraceElement> made,
            List<Integer> awaitedBy,
            Map<String, String> context) {
        /** Copies the collections. */
        public Entry {
            where = List.copyOf(where);
            made = List.copyOf(made);
            awaitedBy = List.copyOf(awaitedBy);
            context = Map.copyOf(context);
        }
    }

    /** Copies the collections. */
    public CoroutineDump {
        entries = List.copyOf(entries);
        cycles = cycles.stream().map(List::copyOf).toList();
    }

    /**
     * Writes it for people: a tree, in which those that are alike are counted.
     *
     * @throws IOException if that cannot be written to
     */
    public void writeText(Appendable to) throws IOException {
        new DumpText(this, Objects.requireNonNull(to, "to")).write();
    }

    /**
     * Writes it as one JSON object: {@code taken}, {@code complete}, {@code cycles}, and {@code coroutines}, a list of
     * objects with the names of the components of {@link Entry}; times are in milliseconds, and what is not known is
     * left out.
     *
     * @throws IOException if that cannot be written to
     */
    public void writeJson(Appendable to) throws IOException {
        new DumpJson(Objects.requireNonNull(to, "to")).write(this);
    }

    /** {@return what {@link #writeJson} writes} */
    public String toJson() {
        return text(this::writeJson);
    }

    /** {@return what {@link #writeText} writes} */
    @Override
    public String toString() {
        return text(this::writeText);
    }

    private interface Writing {
        void to(Appendable appendable) throws IOException;
    }

    private static String text(Writing writing) {
        var text = new StringBuilder();
        try {
            writing.to(text);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }
}
