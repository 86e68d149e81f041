package dev.weft.test;

import dev.weft.Coroutines;
import dev.weft.Deferred;
import org.jspecify.annotations.Nullable;

/**
 * Assertions of AssertJ for what Weft adds, for {@code import static dev.weft.test.WeftAssertions.assertThat} beside that
 * of AssertJ.
 *
 * @since 0.1
 */
public final class WeftAssertions {
    private WeftAssertions() {}

    /** {@return assertions about the handle of a coroutine, or of a source that was started} They do not wait. */
    public static <T extends @Nullable Object> DeferredAssert<T> assertThat(Deferred<T> actual) {
        return new DeferredAssert<>(actual);
    }

    /** {@return assertions about what was asked of a source} */
    public static TestSourceAssert assertThat(TestSource<?> actual) {
        return new TestSourceAssert(actual);
    }

    /**
     * {@return assertions about a coroutine that is alive: what it waits for, and where}
     *
     * @param name its name
     * @throws AssertionError if there is none of that name, or more than one
     */
    public static CoroutineAssert assertThatCoroutine(String name) {
        return CoroutineAssert.of(name, Coroutines.dump());
    }
}
