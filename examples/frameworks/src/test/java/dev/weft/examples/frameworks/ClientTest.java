package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of all clients share: calls that are cancelled when they are under way, and nothing that is lost. */
abstract class ClientTest {
    static final long SECONDS = 30;

    private final List<Object> lost = new CopyOnWriteArrayList<>();
    private Hooks.Handle discards;
    private Hooks.Handle drops;

    @BeforeEach
    void watch() {
        discards = Hooks.onDiscard(lost::add);
        drops = Hooks.onDropped(lost::add);
    }

    @AfterEach
    void nothingIsLost() {
        discards.close();
        drops.close();
        assertThat(lost).isEmpty();
    }

    static <T> T soon(Future<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Starts a call, and cancels it as soon as it is under way. */
    static void cancelled(Future<?> underWay, Callable<?> call) throws Exception {
        Deferred<?> started = async(call);
        soon(underWay);
        started.cancel();
        assertThatThrownBy(started::await).isInstanceOf(CancelledException.class);
    }
}
