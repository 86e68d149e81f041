package dev.weft.test;

import dev.weft.AsyncAction;
import dev.weft.AsyncConsumer;
import java.util.Objects;

/**
 * Runs tests in virtual time, for {@code import static dev.weft.test.Tests.runTest}. With JUnit, {@link WeftTest} does
 * the same for a method.
 *
 * <p>The body runs in a coroutine. Time stands still while something moves, and jumps to the next thing that is due when
 * all is at rest: each coroutine waits, and no task of a library's scheduler is due or runs. So {@code delay}, a timeout,
 * a retry, {@code Mono.delay}, {@code Flowable.interval} and all else that waits for time in Weft, Reactor or RxJava
 * takes no real time, and happens in the order of its time.
 *
 * <p>What waits in the JDK for a signal, such as a lock or a queue, is at rest; {@code Thread.sleep} and a blocking read
 * are not, and hold the clock until they are over. Other threads, such as those of a client library, are not seen; see
 * {@link TestOptions#jumpAfter}.
 *
 * <p>When the body has ended, nothing may be left of what began in the test: a coroutine, a task of a library's
 * scheduler, or a loop that the body left open makes it fail, and is named with where it was made. A test in which
 * nothing can go on fails with a dump of all coroutines; so does one that is not over within its limit in real time.
 *
 * <p>Time, and the schedulers of Reactor and RxJava, belong to the whole process. So tests in virtual time run one after
 * another: a second one waits until the first is over. Other tests in the same JVM should not use these schedulers
 * meanwhile; {@link WeftTest} says how JUnit keeps them apart.
 *
 * @since 0.1
 */
public final class Tests {
    private Tests() {}

    /**
     * Runs a test, and waits until it is over.
     *
     * @param body the test
     * @throws X what the body throws
     * @throws AssertionError if the test hangs or leaves something over
     * @throws IllegalStateException inside a coroutine, another test or an exploration
     */
    public static <X extends Exception> void runTest(AsyncAction<X> body) throws X {
        Objects.requireNonNull(body, "body");
        runTest(TestOptions.DEFAULT, test -> body.run());
    }

    /**
     * Runs a test that moves the clock itself, and waits until it is over.
     *
     * @param body the test
     * @throws X what the body throws
     * @throws AssertionError if the test hangs or leaves something over
     * @throws IllegalStateException inside a coroutine, another test or an exploration
     */
    public static <X extends Exception> void runTest(AsyncConsumer<TestScope, X> body) throws X {
        runTest(TestOptions.DEFAULT, body);
    }

    /**
     * Runs a test in another way, and waits until it is over.
     *
     * @param options how
     * @param body the test
     * @throws X what the body throws
     * @throws AssertionError if the test hangs or leaves something over
     * @throws IllegalStateException inside a coroutine, another test or an exploration
     */
    public static <X extends Exception> void runTest(TestOptions options, AsyncConsumer<TestScope, X> body) throws X {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(body, "body");
        TestRun.run(options, new TestScope(options), body);
    }
}
