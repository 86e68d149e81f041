package dev.weft.surface;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A value of JSON, as far as files here need it: objects, arrays, and strings without escapes. */
sealed interface Json {

    /**
     * {@return the value of a text}
     *
     * @throws IllegalArgumentException if it is not JSON of that kind
     */
    static Json parse(String text) {
        Reader reader = new Reader(text);
        Json value = reader.value(reader.next());
        if (!reader.next().isEmpty()) throw reader.refused();
        return value;
    }

    record Text(String text) implements Json {}

    record Items(List<Json> items) implements Json {}

    record Fields(Map<String, Json> fields) implements Json {

        String text(String name) {
            if (fields.get(name) instanceof Text(String text)) return text;
            throw new IllegalArgumentException("no string " + name + " in " + fields);
        }

        Fields object(String name) {
            if (fields.get(name) instanceof Fields found) return found;
            throw new IllegalArgumentException("no object " + name + " in " + fields);
        }

        /** {@return the elements of an array, none if it is not there} */
        List<Json> items(String name) {
            return switch (fields.get(name)) {
                case null -> List.of();
                case Items(List<Json> items) -> items;
                case Json other -> throw new IllegalArgumentException(name + " is no array: " + other);
            };
        }

        /** {@return the objects of an array, none if it is not there} */
        List<Fields> objects(String name) {
            return items(name).stream().map(Fields.class::cast).toList();
        }
    }

    /** The tokens of a text; the last one is empty. */
    final class Reader {
        private static final Pattern TOKEN = Pattern.compile("\\s*([{}\\[\\],:]|\"[^\"\\\\\\x00-\\x1f]*\"|$)");

        private final Matcher tokens;

        Reader(String text) {
            this.tokens = TOKEN.matcher(text);
        }

        String next() {
            if (!tokens.lookingAt()) throw refused();
            String token = tokens.group(1);
            tokens.region(tokens.end(), tokens.regionEnd());
            return token;
        }

        Json value(String token) {
            if (token.startsWith("\"")) return new Text(token.substring(1, token.length() - 1));
            return switch (token) {
                case "{" -> object();
                case "[" -> array();
                default -> throw refused();
            };
        }

        private Json object() {
            Map<String, Json> fields = new LinkedHashMap<>();
            for (String token = next(); !token.equals("}"); token = more("}")) {
                if (!(value(token) instanceof Text(String name)) || !next().equals(":")) throw refused();
                if (fields.put(name, value(next())) != null) throw refused();
            }
            return new Fields(fields);
        }

        private Json array() {
            List<Json> items = new ArrayList<>();
            for (String token = next(); !token.equals("]"); token = more("]")) items.add(value(token));
            return new Items(items);
        }

        /** {@return what comes after an element: the end, or the first token of the next one} */
        private String more(String end) {
            String token = next();
            if (token.equals(end)) return end;
            String first = next();
            if (!token.equals(",") || first.equals(end)) throw refused();
            return first;
        }

        IllegalArgumentException refused() {
            return new IllegalArgumentException(
                    "no JSON of objects, arrays and plain strings, at offset " + tokens.regionStart());
        }
    }
}
