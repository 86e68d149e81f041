package dev.weft.test;

import dev.weft.CoroutineDump;
import dev.weft.spi.WaitKind;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about a coroutine, as it was when they were asked for.
 *
 * @since 0.1
 */
public final class CoroutineAssert extends AbstractAssert<CoroutineAssert, CoroutineDump.Entry> {
    private CoroutineAssert(CoroutineDump.Entry actual) {
        super(actual, CoroutineAssert.class);
    }

    static CoroutineAssert of(String name, CoroutineDump dump) {
        List<CoroutineDump.Entry> found = dump.entries().stream()
                .filter(entry -> entry.name().equals(name))
                .toList();
        if (found.size() == 1) return new CoroutineAssert(found.get(0)).as("coroutine %s", name);
        throw new AssertionError(
                "expected one coroutine with the name \"" + name + "\", but found " + found.size() + " among\n" + dump);
    }

    /**
     * Checks that it waits in Weft, for one kind of thing.
     *
     * @return this
     */
    public CoroutineAssert isSuspendedIn(WaitKind expected) {
        if (actual.kind() != expected)
            failWithMessage(
                    "expected it to be suspended in %s, but it is %s, and waits for %s",
                    expected, actual.state(), actual.kind());
        return this;
    }

    /**
     * Checks that it waits in Weft, for something that is described so.
     *
     * @return this
     */
    public CoroutineAssert waitsFor(String expected) {
        String found = actual.waitsFor();
        if (found == null || !found.contains(expected))
            failWithMessage(
                    "expected it to wait for %s, but it is %s, and waits for %s", expected, actual.state(), found);
        return this;
    }

    /**
     * Checks that its innermost frames of the program are in a method.
     *
     * @return this
     */
    public CoroutineAssert isAt(Class<?> type, String method) {
        boolean at = actual.where().stream()
                .anyMatch(frame -> frame.getClassName().equals(type.getName())
                        && frame.getMethodName().equals(method));
        if (!at)
            failWithMessage(
                    "expected it to be at %s.%s, but it is at%s", type.getName(), method, Origin.lines(actual.where()));
        return this;
    }
}
