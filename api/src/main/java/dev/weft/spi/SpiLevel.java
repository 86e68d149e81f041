package dev.weft.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The version of this package that a {@link Backend} was compiled for. It is read before any code of the backend runs,
 * so that a mismatch is one clear error and not a {@link LinkageError} at some later call.
 *
 * @since 0.1
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SpiLevel {
    /** The level of this version: a constant, so that compiling a backend copies it into the backend's class. */
    int CURRENT = 3;

    /** {@return the level, always written as {@code @SpiLevel(SpiLevel.CURRENT)}} */
    int value();
}
