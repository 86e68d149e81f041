package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.single;
import static io.reactivex.rxjava3.core.Flowable.fromPublisher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.reactivestreams.FlowAdapters.toPublisher;

import dev.weft.testing.Monitors;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A source may do what it does while it holds a monitor, as some of RxJava's operators do, on every dispatcher. */
class MonitorTest {
    @Test
    void sourcesMayHoldMonitors() throws Exception {
        assertThat(Monitors.played(Plays.class)).hasSize(4 * (Monitors.SUPPORTED ? 4 : 1));
    }

    static final class Plays {
        private Plays() {}

        public static void main(String[] args) throws Exception {
            var monitors = new Monitors((dispatcher, body) ->
                    single(dispatcher, body).toCompletionStage().toCompletableFuture());
            if (Monitors.SUPPORTED) {
                var turns = RxJavaPlugins.createSingleScheduler(task -> new Thread(task, "turns"));
                monitors.on("scheduler", RxAsync.on(turns), turns::scheduleDirect);
            }
            monitors.play("values", (values, signals) -> each(fromPublisher(toPublisher(values)), 2));
            monitors.play(
                    "concatMap",
                    (values, signals) -> each(fromPublisher(toPublisher(values))
                            .concatMap(value -> Flowable.just(value).observeOn(Schedulers.from(signals)))));
            monitors.play(
                    "delay",
                    (values, signals) -> each(fromPublisher(toPublisher(values)).delay(1, TimeUnit.NANOSECONDS)));
            monitors.play(
                    "serialize",
                    (values, signals) -> each(fromPublisher(toPublisher(values)).serialize()));
            System.exit(0);
        }
    }
}
