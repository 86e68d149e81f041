package dev.weft.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test method of JUnit that runs in virtual time, as the body of {@link Tests#runTest}; so it may await. Its parameters
 * may be a {@link TestScope}, the {@link dev.weft.Supervisor} of that, a {@link Recorder} or a {@link TestSource}.
 *
 * <p>Where JUnit runs tests in parallel, these run one after another, by the {@link ResourceLock} {@link #CLOCK}. Others
 * that use the schedulers of Reactor or RxJava in real time run beside them undisturbed if they have that lock too.
 *
 * <p>Methods that are called before and after each test run as usual, outside of the coroutine. For other kinds of tests,
 * such as parameterized ones, see {@link WeftExtension}.
 *
 * @since 0.1
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Test
@ExtendWith(WeftExtension.class)
@ResourceLock(WeftTest.CLOCK)
public @interface WeftTest {
    /** The key of the lock that tests hold which need the schedulers of Reactor and RxJava for themselves. */
    String CLOCK = "dev.weft.test.clock";

    /** {@return the id of the backend, such as {@code reactor}; if empty, the one in force} */
    String backend() default "";

    /** {@return after how many seconds of real time the test fails if it has not ended} */
    int limitSeconds() default 60;

    /** {@return as {@link TestOptions#jumpAfter}, in milliseconds} */
    int jumpAfterMillis() default 0;

    /** {@return as {@link TestOptions#hangAfter}, in milliseconds} */
    int hangAfterMillis() default 5000;
}
