package dev.weft.test;

import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about what was asked of a source.
 *
 * @since 0.1
 */
public final class TestSourceAssert extends AbstractAssert<TestSourceAssert, TestSource<?>> {
    TestSourceAssert(TestSource<?> actual) {
        super(actual, TestSourceAssert.class);
    }

    /**
     * Checks how many subscribers it has now.
     *
     * @return this
     */
    public TestSourceAssert hasSubscribers(int expected) {
        return equal("subscribers", expected, actual.subscribers());
    }

    /**
     * Checks that it was subscribed to, and that each subscriber has cancelled.
     *
     * @return this
     */
    public TestSourceAssert isCancelled() {
        isNotNull();
        if (actual.subscriptions() == 0) failWithMessage("expected it to be cancelled, but nobody has subscribed");
        return equal("cancellations", actual.subscriptions(), actual.cancellations());
    }

    /**
     * Checks that nobody has cancelled.
     *
     * @return this
     */
    public TestSourceAssert isNotCancelled() {
        return equal("cancellations", 0, actual.cancellations());
    }

    /**
     * Checks how many values the last subscriber has asked for in all.
     *
     * @return this
     */
    public TestSourceAssert hasRequested(long expected) {
        return equal("requested values", expected, actual.requested());
    }

    private TestSourceAssert equal(String what, long expected, long found) {
        isNotNull();
        if (found != expected) failWithMessage("expected %s %s, but found %s", expected, what, found);
        return this;
    }
}
