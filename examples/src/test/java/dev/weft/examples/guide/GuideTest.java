package dev.weft.examples.guide;

import static dev.weft.Async.withBackend;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.rxjava.RxAsync.single;

import dev.weft.AsyncAction;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import reactor.test.StepVerifier;

/** What the tests of the guide's pages share: neutral code runs on both engines. */
abstract class GuideTest {
    static Stream<Backend> backends() {
        return Stream.of(new ReactorBackend(), new RxBackend());
    }

    static void onEachBackend(Backend backend, AsyncAction<? extends Exception> body) throws Exception {
        withBackend(backend, (AsyncAction<Exception>) body::run);
    }

    /** Runs a program of a page. {@return the lines that it prints} */
    static Stream<String> printed(Backend backend, AsyncAction<? extends Exception> program) throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            onEachBackend(backend, program);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines();
    }

    /** Time passes when all that there is waits for it. */
    static void inVirtualTime(Backend backend, AsyncAction<Exception> body) throws Exception {
        Callable<String> all = () -> {
            body.run();
            return "over";
        };
        if (backend instanceof ReactorBackend) {
            StepVerifier.withVirtualTime(() -> mono(all))
                    .thenAwait(Duration.ofHours(1))
                    .expectNext("over")
                    .verifyComplete();
            return;
        }
        var clock = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(real -> clock);
        try {
            var over = single(all).test();
            clock.advanceTimeBy(1, TimeUnit.HOURS);
            over.awaitDone(20, TimeUnit.SECONDS).assertResult("over");
        } finally {
            RxJavaPlugins.setComputationSchedulerHandler(null);
        }
    }
}
