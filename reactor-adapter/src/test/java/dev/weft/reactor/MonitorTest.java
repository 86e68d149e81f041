package dev.weft.reactor;

import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static reactor.adapter.JdkFlowAdapter.flowPublisherToFlux;

import dev.weft.testing.Monitors;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;

/** A source may do what it does while it holds a monitor, as some of Reactor's operators do, on every dispatcher. */
class MonitorTest {
    @Test
    void sourcesMayHoldMonitors() throws Exception {
        assertThat(Monitors.played(Plays.class)).hasSize(4 * (Monitors.SUPPORTED ? 4 : 1));
    }

    static final class Plays {
        private Plays() {}

        public static void main(String[] args) throws Exception {
            var monitors =
                    new Monitors((dispatcher, body) -> mono(dispatcher, body).toFuture());
            if (Monitors.SUPPORTED) {
                var turns = Schedulers.newSingle("turns");
                monitors.on("scheduler", ReactorAsync.on(turns), turns::schedule);
            }
            monitors.play("values", (values, signals) -> each(flowPublisherToFlux(values), 2));
            monitors.play(
                    "concatMap",
                    (values, signals) -> each(flowPublisherToFlux(values)
                            .concatMap(value -> Mono.just(value).publishOn(Schedulers.fromExecutor(signals)))));
            monitors.play(
                    "delayElements",
                    (values, signals) -> each(flowPublisherToFlux(values).delayElements(Duration.ofNanos(1))));
            monitors.play(
                    "serialize",
                    (values, signals) -> each(flowPublisherToFlux(values)
                            .transform(Operators.<Integer, Integer>lift((of, to) -> Operators.serialize(to)))));
            System.exit(0);
        }
    }
}
