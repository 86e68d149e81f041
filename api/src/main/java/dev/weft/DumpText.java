package dev.weft;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a dump for people. */
final class DumpText {
    /** How many that are alike are shown. */
    private static final int SHOWN = 3;

    private static final int DEEPEST_INDENT = 20;
    private static final int MOST_NAMES = 8;

    private final CoroutineDump dump;
    private final Appendable to;

    DumpText(CoroutineDump dump, Appendable to) {
        this.dump = dump;
        this.to = to;
    }

    void write() throws IOException {
        List<CoroutineDump.Entry> entries = dump.entries();
        long sources = entries.stream().filter(entry -> entry.thread() < 0).count();
        to.append(entries.size() - sources + " coroutines and " + sources + " sources at " + dump.taken()
                + (dump.isComplete() ? "" : "; there are more") + '\n');
        for (List<Integer> cycle : dump.cycles())
            to.append("A cycle: " + cycle.stream().map(this::name).collect(Collectors.joining(", which waits for "))
                    + ", which waits for " + name(cycle.get(0)) + '\n');
        int alike = 0;
        for (CoroutineDump.Entry entry : entries) {
            CoroutineDump.Entry before = entry.number() == 0 ? null : entries.get(entry.number() - 1);
            boolean more = before != null && isLike(before, entry);
            if (!more) endAlike(before, alike - SHOWN);
            alike = more ? alike + 1 : 1;
            if (alike <= SHOWN) write(entry);
        }
        if (!entries.isEmpty()) endAlike(entries.get(entries.size() - 1), alike - SHOWN);
    }

    private void endAlike(CoroutineDump.@Nullable Entry last, int hidden) throws IOException {
        if (last != null && hidden > 0)
            to.append(indent(last) + "… and " + hidden + " more like that, to " + last.name() + '\n');
    }

    /** Of one parent, waiting for the same in the same place. What has started something itself is not hidden. */
    private boolean isLike(CoroutineDump.Entry before, CoroutineDump.Entry entry) {
        boolean isParent = entry.number() + 1 < dump.entries().size()
                && dump.entries().get(entry.number() + 1).parent() == entry.number();
        return !isParent
                && before.parent() == entry.parent()
                && before.state() == entry.state()
                && before.kind() == entry.kind()
                && before.where().equals(entry.where())
                && before.made().equals(entry.made())
                && before.awaitedBy().equals(entry.awaitedBy())
                && before.context().equals(entry.context())
                && (before.cancelled() == null) == (entry.cancelled() == null);
    }

    private void write(CoroutineDump.Entry entry) throws IOException {
        String indent = indent(entry);
        to.append(indent + entry.name() + " (" + entry.backend()
                + (entry.age() == null ? "" : ", " + seconds(entry.age())) + "): " + doing(entry) + '\n');
        for (StackTraceElement frame : entry.where()) to.append(indent + "    at " + frame + '\n');
        if (!entry.made().isEmpty())
            to.append(indent + "    made at " + entry.made().get(0) + '\n');
        if (!entry.awaitedBy().isEmpty())
            to.append(indent + "    awaited by "
                    + entry.awaitedBy().stream()
                            .limit(MOST_NAMES)
                            .map(this::name)
                            .collect(Collectors.joining(", "))
                    + (entry.awaitedBy().size() > MOST_NAMES
                            ? ", … (" + entry.awaitedBy().size() + ")"
                            : "")
                    + '\n');
        if (!entry.context().isEmpty()) to.append(indent + "    with " + entry.context() + '\n');
    }

    private static String doing(CoroutineDump.Entry entry) {
        String state = entry.state().name().toLowerCase(Locale.ROOT);
        String since = entry.waiting() == null ? "" : " for " + seconds(entry.waiting());
        String what = entry.waitsFor() == null || entry.thread() < 0 ? "" : ", " + entry.waitsFor();
        return state + since + what + (entry.cancelled() == null ? "" : "; cancelled: " + entry.cancelled());
    }

    private static String indent(CoroutineDump.Entry entry) {
        return "  ".repeat(Math.min(entry.depth(), DEEPEST_INDENT));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private String name(int number) {
        return dump.entries().get(number).name();
    }
}
