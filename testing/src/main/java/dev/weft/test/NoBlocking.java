package dev.weft.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test of JUnit, or a class of tests, in which no code may block a thread that others need: one of Reactor's
 * {@code parallel()} and {@code single()}, of RxJava's {@code computation()} and {@code single()}, or of an event loop of
 * Netty. A coroutine may block, since its thread is virtual.
 *
 * <p>A call that blocks there throws BlockHound's {@code BlockingOperationError}. The test then fails and names the call,
 * the thread and the line, also if an operator or a {@code catch} has swallowed the error. In a {@link WeftTest} it holds
 * for the tasks of those schedulers, too, although they run on threads of the test.
 *
 * <p>It needs BlockHound, {@code io.projectreactor.tools:blockhound}, and the flag
 * {@code -XX:+AllowRedefinitionToAddDeleteMethods} of the JVM; a test without them fails, and says what is missing.
 * BlockHound changes classes of the JDK for as long as the JVM runs; what it finds outside of such tests throws as well,
 * and fails none by itself. Where JUnit runs tests in parallel, these run one after another, but others beside them are
 * watched too, unless they have the {@link ResourceLock} {@link WeftTest#CLOCK}.
 *
 * @since 0.1
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(NoBlockingExtension.class)
@ResourceLock(WeftTest.CLOCK)
public @interface NoBlocking {}
