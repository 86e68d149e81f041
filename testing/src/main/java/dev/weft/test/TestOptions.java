package dev.weft.test;

import dev.weft.spi.Backend;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a test runs in virtual time. Immutable: each method gives other options.
 *
 * @since 0.1
 */
public final class TestOptions {
    /** The backend in force, a minute for the test, and time that passes at once. */
    public static final TestOptions DEFAULT =
            new TestOptions(null, Duration.ofSeconds(60), Duration.ZERO, Duration.ofSeconds(5));

    private final @Nullable Backend backend;
    private final Duration limit;
    private final Duration jumpAfter;
    private final Duration hangAfter;

    private TestOptions(@Nullable Backend backend, Duration limit, Duration jumpAfter, Duration hangAfter) {
        this.backend = backend;
        this.limit = limit;
        this.jumpAfter = jumpAfter;
        this.hangAfter = hangAfter;
    }

    /** {@return the same options on a backend, instead of the one in force} */
    public TestOptions on(Backend backend) {
        return new TestOptions(Objects.requireNonNull(backend, "backend"), limit, jumpAfter, hangAfter);
    }

    /**
     * {@return the same options with another limit in real time}
     *
     * @param limit when a test fails that has not ended; at first 60 s
     * @throws IllegalArgumentException if it is not positive
     */
    public TestOptions limit(Duration limit) {
        return new TestOptions(backend, positive(limit, "limit"), jumpAfter, hangAfter);
    }

    /**
     * {@return the same options with another pause in real time before the clock jumps} A test does not see what goes on
     * outside of coroutines and of the libraries' schedulers, such as an HTTP client on threads of its own. If its code
     * waits for that, and a timeout must not come first, the clock has to wait for a while.
     *
     * @param pause for how long nothing must have moved; at first zero
     * @throws IllegalArgumentException if it is negative
     */
    public TestOptions jumpAfter(Duration pause) {
        Objects.requireNonNull(pause, "pause");
        if (pause.isNegative()) throw new IllegalArgumentException("jumpAfter must not be negative, but is " + pause);
        return new TestOptions(backend, limit, pause, hangAfter);
    }

    /**
     * {@return the same options with another pause in real time before a test counts as hanging, since nothing can go on
     * and nothing is left that time would bring}
     *
     * @param pause for how long nothing must have moved; at first 5 s
     * @throws IllegalArgumentException if it is not positive
     */
    public TestOptions hangAfter(Duration pause) {
        return new TestOptions(backend, limit, jumpAfter, positive(pause, "hangAfter"));
    }

    private static Duration positive(Duration time, String name) {
        Objects.requireNonNull(time, name);
        if (time.isNegative() || time.isZero())
            throw new IllegalArgumentException(name + " must be positive, but is " + time);
        return time;
    }

    @Nullable
    Backend backend() {
        return backend;
    }

    Duration limit() {
        return limit;
    }

    Duration jumpAfter() {
        return jumpAfter;
    }

    Duration hangAfter() {
        return hangAfter;
    }
}
