package dev.weft;

import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Monitors;
import org.junit.jupiter.api.Test;

/** A source may do what it does while it holds a monitor, on every dispatcher. */
class MonitorTest {
    @Test
    void sourcesMayHoldMonitors() throws Exception {
        assertThat(Monitors.played(Plays.class)).hasSize(Monitors.SUPPORTED ? 3 : 1);
    }

    static final class Plays {
        private Plays() {}

        public static void main(String[] args) throws Exception {
            new Monitors((dispatcher, body) ->
                            coroutine(body).on(dispatcher).start().toCompletableFuture())
                    .play("values", (values, signals) -> Async.each(values));
            System.exit(0);
        }
    }
}
