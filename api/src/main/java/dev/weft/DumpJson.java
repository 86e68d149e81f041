package dev.weft;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes a dump as JSON. */
final class DumpJson {
    private final Appendable to;

    DumpJson(Appendable to) {
        this.to = to;
    }

    void write(CoroutineDump dump) throws IOException {
        to.append("{\"taken\":");
        string(dump.taken().toString());
        to.append(",\"complete\":").append(String.valueOf(dump.isComplete()));
        to.append(",\"cycles\":").append(dump.cycles().toString());
        to.append(",\"coroutines\":[");
        String between = "\n";
        for (CoroutineDump.Entry entry : dump.entries()) {
            to.append(between);
            write(entry);
            between = ",\n";
        }
        to.append("\n]}\n");
    }

    private void write(CoroutineDump.Entry entry) throws IOException {
        to.append("{\"number\":").append(String.valueOf(entry.number()));
        if (entry.parent() >= 0) field("parent", entry.parent());
        field("depth", entry.depth());
        field("name", entry.name());
        field("isNamed", entry.isNamed());
        field("backend", entry.backend());
        if (entry.thread() >= 0) field("thread", entry.thread());
        field("state", entry.state().name());
        if (entry.kind() != null) field("kind", entry.kind().name());
        if (entry.waitsFor() != null) field("waitsFor", entry.waitsFor());
        field("suspensions", entry.suspensions());
        if (entry.age() != null) field("age", entry.age().toMillis());
        if (entry.waiting() != null) field("waiting", entry.waiting().toMillis());
        if (entry.cancelled() != null) field("cancelled", entry.cancelled());
        frames("where", entry.where());
        frames("made", entry.made());
        if (!entry.awaitedBy().isEmpty()) field("awaitedBy", entry.awaitedBy());
        if (!entry.context().isEmpty()) context(entry.context());
        to.append('}');
    }

    /** A number, a truth value, or a list of numbers. */
    private void field(String name, Object value) throws IOException {
        to.append(",\"").append(name).append("\":").append(value.toString());
    }

    private void field(String name, String value) throws IOException {
        to.append(",\"").append(name).append("\":");
        string(value);
    }

    private void frames(String name, List<StackTraceElement> frames) throws IOException {
        if (frames.isEmpty()) return;
        to.append(",\"").append(name).append("\":[");
        for (int i = 0; i < frames.size(); i++) {
            if (i > 0) to.append(',');
            string(frames.get(i).toString());
        }
        to.append(']');
    }

    private void context(Map<String, String> entries) throws IOException {
        to.append(",\"context\":{");
        String between = "";
        for (var entry : entries.entrySet()) {
            to.append(between);
            string(entry.getKey());
            to.append(':');
            string(entry.getValue());
            between = ",";
        }
        to.append('}');
    }

    /** By RFC 8259; a surrogate without its other half, which cannot be encoded, is escaped too. */
    private void string(String text) throws IOException {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> to.append('\\').append(c);
                case '\n' -> to.append("\\n");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c >= ' ' && c < '\u007f' || c > '\u009f' && !Character.isSurrogate(c)) to.append(c);
                    else to.append("\\u").append(String.format("%04x", (int) c));
                }
            }
        }
        to.append('"');
    }
}
