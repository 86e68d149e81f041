package dev.weft.test;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.stream.Collectors;

/** Where something was made: the innermost frames of the user's code. */
final class Origin {
    private static final int MOST = 3;

    /** The beginnings of the names of classes that only pass on what the user wants. */
    private static final List<String> OTHERS =
            List.of("java.", "jdk.", "reactor.core.", "io.reactivex.", "dev.weft.spi.", "org.junit.");

    private static final List<String> PACKAGES =
            List.of("dev.weft", "dev.weft.reactor", "dev.weft.rxjava", "dev.weft.rxjava4");
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Origin() {}

    static List<StackTraceElement> here() {
        return WALKER.walk(frames -> frames.filter(Origin::isOfTheUser)
                .limit(MOST)
                .map(StackFrame::toStackTraceElement)
                .toList());
    }

    private static boolean isOfTheUser(StackFrame frame) {
        Class<?> type = frame.getDeclaringClass();
        return type.getProtectionDomain() != Origin.class.getProtectionDomain()
                && (!PACKAGES.contains(type.getPackageName())
                        || type.getSimpleName().endsWith("Test"))
                && OTHERS.stream().noneMatch(type.getName()::startsWith);
    }

    /** {@return the frames as lines below a sentence} */
    static String lines(List<StackTraceElement> frames) {
        return frames.stream().map(frame -> "\n    at " + frame).collect(Collectors.joining());
    }
}
