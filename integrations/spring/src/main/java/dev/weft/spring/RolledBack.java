package dev.weft.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method of JUnit, or all those of a class, in a transaction of a {@code ReactiveTransactionManager} that is rolled
 * back in the end: what Spring's {@code @Transactional} is for other managers. With Spring's extension for JUnit, which
 * {@code @SpringBootTest} and others bring.
 *
 * <p>The methods that JUnit calls before and after each test take part. Each method runs in a coroutine, so it may await;
 * what it sets in a thread-local, the next one does not see. Requests to a server that the test has started have
 * transactions of their own, as do methods that ask for a new one; and what commits one is not rolled back.
 *
 * <p>A test fails if its transaction cannot begin, or cannot be rolled back. A method with {@code @WeftTest} of
 * {@code weft-test} has this annotation after that one, and its class has none.
 *
 * @since 0.1
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@ExtendWith(RollbackExtension.class)
public @interface RolledBack {
    /** {@return the name of the bean that manages the transaction; if empty, the only one is taken} */
    String value() default "";
}
