package dev.weft.examples.guide;

import static dev.weft.Async.withBackend;
import static dev.weft.test.Tests.runTest;

import dev.weft.AsyncAction;
import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import dev.weft.test.TestOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

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
        runTest(TestOptions.DEFAULT.on(backend), test -> body.run());
    }
}
