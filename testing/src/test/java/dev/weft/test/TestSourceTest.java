package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.each;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static dev.weft.test.Tests.runTest;
import static dev.weft.test.WeftAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Hooks;
import dev.weft.reactor.ReactorAsync;
import dev.weft.rxjava.RxAsync;
import dev.weft.spi.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.StepVerifier;

/** Sources that are signalled by hand, and recorders. */
class TestSourceTest {
    private static final String EACH = "dev.weft.test.OnEachBackend#options";

    @ParameterizedTest
    @MethodSource(EACH)
    void aLoopReceivesTheScriptFromItsBeginning(TestOptions options) {
        runTest(options, test -> {
            TestSource<String> source = test.source();
            source.emit("a", "b");
            var loop = async(() -> {
                List<String> got = new ArrayList<>();
                try (var values = each(source)) {
                    while (values.hasNext()) got.add(values.next());
                }
                return got;
            });
            test.runCurrent();
            assertThat(source).hasSubscribers(1).hasRequested(32);
            source.emit("c").complete();
            assertThat(loop.await()).containsExactly("a", "b", "c");
            assertThat(source).hasSubscribers(0).isNotCancelled();
            assertThatThrownBy(() -> source.emit("d")).isInstanceOf(IllegalStateException.class);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void aCancellationReachesIt(TestOptions options) {
        runTest(options, test -> {
            TestSource<String> source = test.source();
            var loop = async(() -> {
                try (var values = each(source)) {
                    return values.next();
                }
            });
            test.runCurrent();
            assertThat(source).isNotCancelled();
            loop.cancel("enough");
            test.runCurrent();
            assertThat(loop).isCancelledBecause("enough");
            assertThat(source).isCancelled().hasSubscribers(0);
        });
    }

    @ParameterizedTest
    @MethodSource(EACH)
    void aFailureComesAfterTheValues(TestOptions options) {
        var failure = new IOException("closed");
        runTest(options, test -> {
            TestSource<String> source = test.source();
            source.emit("a").fail(failure);
            try (var values = each(source)) {
                assertThat(values.next()).isEqualTo("a");
                assertThatThrownBy(values::hasNext).hasCause(failure);
            }
        });
    }

    @Test
    void itIsASourceOfEachLibrary() {
        TestSource<Integer> source = TestSource.of(1, 2, 3);
        StepVerifier.create(asFlux(source), 0)
                .thenRequest(1)
                .expectNext(1)
                .then(() -> assertThat(source).hasRequested(1))
                .thenRequest(2)
                .expectNext(2, 3)
                .verifyComplete();
        asFlowable(source).test().assertResult(1, 2, 3);
        assertThat(ReactorAsync.awaitLast(asFlux(source))).isEqualTo(3);
        assertThat(RxAsync.awaitLast(asFlowable(source))).isEqualTo(3);
        assertThat(source.subscriptions()).isEqualTo(4);
    }

    /** Subscribes, and lets another thread do something in the middle of {@code onSubscribe}. {@return the signals} */
    private static List<String> signals(TestSource<String> source, Consumer<Flow.Subscription> other) {
        List<String> signals = new CopyOnWriteArrayList<>();
        source.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
                CompletableFuture.runAsync(() -> other.accept(subscription)).join();
                signals.add("subscribed");
            }

            @Override
            public void onNext(String value) {
                signals.add(value);
            }

            @Override
            public void onError(Throwable failure) {
                signals.add("failed");
            }

            @Override
            public void onComplete() {
                signals.add("complete");
            }
        });
        return signals;
    }

    @Test
    void signalsOfOtherThreadsComeAfterOnSubscribe() {
        TestSource<String> source = new TestSource<>();
        assertThat(signals(source, subscription -> source.emit("a").complete()))
                .containsExactly("subscribed", "a", "complete");
        assertThat(signals(TestSource.of("a", "b"), subscription -> subscription.request(-1)))
                .containsExactly("subscribed", "failed");
    }

    @Test
    void requestsAreAddedUp() {
        TestSource<String> source = TestSource.of("a", "b");
        List<String> received = new ArrayList<>();
        source.subscribe(new Counted(received, Long.MAX_VALUE, 2));
        assertThat(received).containsExactly("a", "b", "complete");
        assertThat(source).hasRequested(Long.MAX_VALUE);
    }

    @Test
    void aCancellationAfterTheEndIsNone() {
        TestSource<String> source = TestSource.of("a");
        List<String> received = new ArrayList<>();
        var subscriber = new Counted(received, 1);
        source.subscribe(subscriber);
        subscriber.cancel();
        assertThat(received).containsExactly("a", "complete");
        assertThat(source).isNotCancelled().hasSubscribers(0);
    }

    /** Makes some requests at once. */
    private static final class Counted implements Flow.Subscriber<String> {
        private final List<String> received;
        private final long[] requests;
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

        Counted(List<String> received, long... requests) {
            this.received = received;
            this.requests = requests;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
            for (long request : requests) given.request(request);
        }

        @Override
        public void onNext(String value) {
            received.add(value);
        }

        @Override
        public void onError(Throwable failure) {
            received.add("failed");
        }

        @Override
        public void onComplete() {
            received.add("complete");
        }

        void cancel() {
            subscription.join().cancel();
        }
    }

    @Test
    void aRecorderWaitsForSoManyValues() {
        runTest(test -> {
            TestSource<String> source = test.source();
            Recorder<String> recorder = test.recorder();
            source.subscribe(recorder);
            var two = async(() -> recorder.await(2));
            source.emit("a");
            test.runCurrent();
            assertThat(two).isRunning();
            source.emit("b");
            assertThat(two.await()).containsExactly("a", "b");
            source.complete();
        });
    }

    @Test
    void itMisbehavesOnDemand() {
        List<Violation> violations = new CopyOnWriteArrayList<>();
        try (Hooks.Handle hook = Hooks.onViolation(violations::add)) {
            assertThat(hook).isNotNull();
            runTest(test -> {
                TestSource<String> source = test.source();
                source.complete();
                try (var values = each(source)) {
                    assertThat(values.hasNext()).isFalse();
                }
                source.misbehave().emit("late");
                source.misbehave().complete();
                source.misbehave().subscribeAgain();
            });
        }
        assertThat(violations).isNotEmpty();
    }

    @Test
    void aRecorderAsksForWhatTheTestAsksFor() {
        runTest(test -> {
            TestSource<String> source = test.source();
            Recorder<String> recorder = test.<String>recorder().byHand();
            source.emit("a", "b", "c");
            source.subscribe(recorder);
            assertThat(recorder.values()).isEmpty();
            recorder.request(2);
            assertThat(recorder.await(2)).containsExactly("a", "b");
            source.fail(new IOException("closed"));
            recorder.request(5);
            assertThat(recorder.awaitFailure()).hasMessage("closed");
            assertThat(recorder.values()).containsExactly("a", "b", "c");
            assertThat(recorder.isComplete()).isFalse();
        });
    }

    @Test
    void aRecorderTellsTheEndFromAFailure() {
        var failure = new IOException("closed");
        runTest(test -> {
            Recorder<String> broken = test.recorder();
            TestSource<String> source = test.source();
            source.emit("a").fail(failure);
            source.subscribe(broken);
            assertThatThrownBy(broken::awaitEnd)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("the source has failed, after [a]")
                    .hasCause(failure);
            assertThat(broken.awaitFailure()).isSameAs(failure);
            Recorder<String> whole = test.recorder();
            TestSource.of("a").subscribe(whole);
            assertThat(whole.awaitEnd()).containsExactly("a");
            assertThatThrownBy(whole::awaitFailure)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("the source has completed, after [a]");
        });
    }

    @Test
    void aRecorderThatIsLeftOpenIsNamed() {
        assertThatThrownBy(() -> runTest(test -> {
                    new TestSource<String>().subscribe(test.recorder());
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a Recorder that has neither received the end nor cancelled");
        runTest(test -> {
            Recorder<String> recorder = test.recorder();
            new TestSource<String>().subscribe(recorder);
            recorder.cancel();
        });
    }
}
