package dev.weft.test.simulation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A JUnit test that runs under many schedules, one for each seed, as {@link Exploration} says: in place of
 * {@code @Test}.
 *
 * <p>Each run has a new instance of the class, by its constructor without arguments, and its methods with {@code @BeforeEach} and {@code @AfterEach}, on a
 * thread of the {@link Simulation}; on the instance of JUnit, these are called once more, outside. Other extensions act
 * once for all runs, and arguments are the same in all of them. It fails if threads cannot be simulated here, and says
 * what is missing.
 *
 * <p>Where JUnit runs tests in parallel, these and those in virtual time run one after another, by the {@link ResourceLock}
 * of the latter.
 *
 * @since 0.1
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(SimulatedExtension.class)
@ResourceLock("dev.weft.test.clock")
public @interface Simulated {
    /** How many seeds, from 0 on, unless {@code -Dweft.seeds} says another number. */
    int seeds() default 1_000;

    /** How many steps a run may have. */
    int steps() default 200_000;

    /** How long a run may take in real time, in seconds. */
    int seconds() default 10;
}
