package dev.weft.benchmarks.service;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Constants by the names that are used on command lines and in results. */
public final class Names {
    private Names() {}

    /** {@return the name of a constant, as in {@code start-ready}} */
    public static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return the constants that a list of names stands for: some, or all} */
    public static <E extends Enum<E>> List<E> named(Class<E> type, String names) {
        if (names.equals("all")) return List.of(type.getEnumConstants());
        return Arrays.stream(names.split(",")).map(name -> one(type, name)).toList();
    }

    private static <E extends Enum<E>> E one(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> id(constant).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + id(type.getSimpleName()) + " \"" + name
                        + "\"; there are all, "
                        + Arrays.stream(type.getEnumConstants()).map(Names::id).collect(Collectors.joining(", "))));
    }

    private static String id(String type) {
        return type.toLowerCase(Locale.ROOT);
    }
}
