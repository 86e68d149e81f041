package dev.weft.test;

import static dev.weft.test.Tests.runTest;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncAction;
import dev.weft.AsyncConsumer;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the doors refuse. */
@SuppressWarnings("NullAway")
class BadInputTest {
    @Test
    void nullIsRefused() {
        refused("body", () -> runTest((AsyncAction<RuntimeException>) null));
        refused("body", () -> runTest((AsyncConsumer<TestScope, RuntimeException>) null));
        refused("options", () -> runTest(null, test -> {}));
        refused("backend", () -> TestOptions.DEFAULT.on(null));
        refused("limit", () -> TestOptions.DEFAULT.limit(null));
        refused("pause", () -> TestOptions.DEFAULT.jumpAfter(null));
        refused("hangAfter", () -> TestOptions.DEFAULT.hangAfter(null));
        refused("value", () -> new TestSource<String>().emit((String) null));
        refused("failure", () -> new TestSource<String>().fail(null));
        refused("subscriber", () -> new TestSource<String>().subscribe(null));
        refused("value", () -> new TestSource<String>().misbehave().emit(null));
        refused("failure", () -> new TestSource<String>().misbehave().fail(null));
        runTest(test -> refused("time", () -> test.advanceBy(null)));
    }

    private static void refused(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }

    @Test
    void timesThatMakeNoSenseAreRefused() {
        Duration negative = Duration.ofNanos(-1);
        assertThatThrownBy(() -> TestOptions.DEFAULT.limit(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit must be positive, but is PT0S");
        assertThatThrownBy(() -> TestOptions.DEFAULT.hangAfter(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TestOptions.DEFAULT.jumpAfter(negative)).isInstanceOf(IllegalArgumentException.class);
        runTest(test -> assertThatThrownBy(() -> test.advanceBy(negative))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("time must not be negative, but is PT-0.000000001S"));
    }

    @Test
    void aClockThatDoesNotMoveIsNotWaitedFor() {
        var kept = new TestScope[1];
        runTest(test -> {
            kept[0] = test;
        });
        assertThatThrownBy(() -> kept[0].advanceBy(Duration.ofHours(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the test does not run, so its clock does not move");
        assertThatThrownBy(() -> new TestScope(TestOptions.DEFAULT).runCurrent())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRecorderThatHasNotSubscribedCannotAsk() {
        runTest(test -> {
            Recorder<String> recorder = test.recorder();
            assertThatThrownBy(() -> recorder.request(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the recorder has not subscribed");
            assertThatThrownBy(recorder::cancel).isInstanceOf(IllegalStateException.class);
            TestSource.of("a").subscribe(recorder);
            assertThatThrownBy(() -> TestSource.of("a").subscribe(recorder))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the recorder has subscribed before");
        });
    }
}
