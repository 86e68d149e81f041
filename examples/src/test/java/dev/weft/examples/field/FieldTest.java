package dev.weft.examples.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.Hooks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the programs of {@code docs/contribute/field.md} need: no failure is dropped, and all that has to end ends soon. */
abstract class FieldTest {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final List<Object> discarded = new CopyOnWriteArrayList<>();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

    private Hooks.Handle discards;
    private Hooks.Handle drops;

    @BeforeEach
    void watchTheHooks() {
        discards = Hooks.onDiscard(discarded::add);
        drops = Hooks.onDropped(dropped::add);
        reactor.core.publisher.Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void nothingIsDropped() {
        reactor.core.publisher.Hooks.resetOnErrorDropped();
        drops.close();
        discards.close();
        assertThat(dropped).isEmpty();
    }

    /** {@return what a future that must be completed is completed with} */
    static <T> T soon(Future<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Spins until something is so that nobody tells. */
    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) fail("not %s within %s", what, PATIENCE);
            Thread.yield();
        }
    }
}
