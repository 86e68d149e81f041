package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.spi.VirtualTime;
import dev.weft.testing.sources.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link AsyncIterator#next(Duration)} and {@link AsyncIterator#orSilence}, on a clock that the test moves. */
class TimedIterationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualBackend backend = new ManualBackend() {
        private final VirtualTime<String> clock =
                new VirtualTime<>(() -> "it shows 1970", shown -> elapsed().toMillis());

        @Override
        public VirtualTime<String> clock() {
            return clock;
        }
    };

    private final List<Object> seen = new CopyOnWriteArrayList<>();
    private final Probe<String> source = new Probe<>();

    /** Runs a loop over the source until it waits. */
    private Deferred<?> loop(AsyncConsumer<AsyncIterator<String>, Exception> body, int prefetch) {
        Deferred<?> root = backend.start(() -> {
            try (AsyncIterator<String> values = Async.each(source, prefetch)) {
                body.accept(values);
            }
            return null;
        });
        ManualBackend.untilParked(ManualBackend.threadOf(root));
        return root;
    }

    private void heartbeats(AsyncIterator<String> values) {
        for (Optional<String> value : values.orSilence(SECOND)) seen.add(value.orElse("silence"));
        seen.add("end");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32})
    void E11_aSilenceIsNoEndAndNothingIsLost(int prefetch) {
        Deferred<?> root = loop(this::heartbeats, prefetch);
        backend.advance(SECOND.multipliedBy(2));
        assertThat(seen).containsExactly("silence", "silence");
        source.next("a");
        assertThat(seen).endsWith("silence", "a");
        backend.advance(SECOND.minusMillis(1));
        source.next("b");
        backend.advance(SECOND.minusMillis(1));
        assertThat(seen).endsWith("a", "b");
        backend.advance(SECOND);
        source.complete();
        ManualBackend.until(root::isDone);
        assertThat(seen).containsExactly("silence", "silence", "a", "b", "silence", "end");
        assertThat(backend.timers()).isZero();
        assertThat(backend.discarded()).isEmpty();
    }

    @Test
    void E11_aSingleWaitEndsWithAValueOrEmpty() {
        Deferred<?> root = loop(
                values -> {
                    seen.add(values.next(SECOND));
                    seen.add(values.next(SECOND));
                    seen.add(values.next(Duration.ZERO));
                    seen.add(values.next());
                },
                2);
        backend.advance(SECOND);
        assertThat(seen).containsExactly(Optional.empty());
        source.next("a");
        ManualBackend.untilParked(ManualBackend.threadOf(root));
        source.next("b");
        assertThat(seen).containsExactly(Optional.empty(), Optional.of("a"), Optional.empty(), "b");
        assertThat(backend.timers()).isZero();
    }

    @Test
    void E11_theEndIsNotTakenForSilence() {
        source.onRequest(count -> {
            source.next("a");
            source.complete();
        });
        Async.run(() -> {
            try (AsyncIterator<String> values = Async.each(source, 2)) {
                assertThat(values.next(SECOND)).contains("a");
                assertThatThrownBy(() -> values.next(SECOND)).isInstanceOf(NoSuchElementException.class);
                assertThatThrownBy(() -> values.next(Duration.ZERO)).isInstanceOf(NoSuchElementException.class);
                assertThat(values.orSilence(SECOND)).isEmpty();
                assertThat(values.hasNext()).isFalse();
            }
        });
    }

    @Test
    void aFailureIsThrownAfterTheValues() {
        var failure = new IllegalStateException("lost");
        source.onRequest(count -> {
            source.next("a");
            source.fail(failure);
        });
        try (AsyncIterator<String> values = Async.each(source, 2)) {
            assertThat(values.next(SECOND)).contains("a");
            assertThatThrownBy(() -> values.next(SECOND)).isSameAs(failure);
            assertThatThrownBy(() -> values.next(SECOND)).isSameAs(failure);
        }
    }

    @Test
    void E11_aCancellationEndsTheWait() {
        Deferred<?> root = loop(values -> values.next(SECOND), 2);
        root.cancel();
        ManualBackend.until(root::isDone);
        assertThat(root.state()).isEqualTo(Deferred.State.CANCELLED);
        assertThat(source.cancels).hasValue(1);
        assertThat(backend.timers()).isZero();
    }

    @Test
    void E11_noTimeAsksAndLooks() {
        Async.run(() -> {
            try (AsyncIterator<String> values = Async.each(source, 0)) {
                assertThat(source.requests).isEmpty();
                assertThat(values.next(Duration.ZERO)).isEmpty();
                assertThat(source.requests).containsExactly(1L);
                source.next("a");
                assertThat(values.next(Duration.ofNanos(-1))).contains("a");
            }
        });
    }

    @Test
    void aListenerMayBeSilent() {
        var sinks = new ArrayList<ListenerSink<String>>();
        AsyncStream<String> heard = AsyncStream.fromListener(Overflow.error(9), sinks::add);
        Deferred<?> root = backend.start(() -> {
            try (AsyncIterator<String> values = heard.each()) {
                heartbeats(values);
            }
            return null;
        });
        ManualBackend.untilParked(ManualBackend.threadOf(root));
        backend.advance(SECOND);
        sinks.get(0).next("a");
        backend.advance(SECOND);
        sinks.get(0).complete();
        ManualBackend.until(root::isDone);
        assertThat(seen).containsExactly("silence", "a", "silence", "end");
    }

    @Test
    void aSilenceIsKnownUntilItIsTaken() {
        try (AsyncIterator<String> values = Async.each(source, 2)) {
            Iterator<Optional<String>> each =
                    values.orSilence(Duration.ofNanos(1)).iterator();
            assertThat(each.hasNext()).isTrue();
            source.next("a");
            assertThat(each.hasNext()).isTrue();
            assertThat(each.next()).isEmpty();
            assertThat(each.next()).contains("a");
            source.complete();
            assertThatThrownBy(each::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void badLimitsAreRefused() {
        try (AsyncIterator<String> values = Async.each(source, 2)) {
            assertThatThrownBy(() -> values.orSilence(Duration.ZERO))
                    .hasMessage("limit must be more than zero, is PT0S");
            assertThatThrownBy(() -> values.next(null)).hasMessage("limit");
            assertThatThrownBy(() -> values.orSilence(null)).hasMessage("limit");
        }
    }

    @Test
    void forEverIsNoLimit() {
        Deferred<?> root = loop(values -> seen.add(values.next(Duration.ofDays(200_000))), 2);
        assertThat(backend.timers()).isZero();
        source.next("a");
        ManualBackend.until(root::isDone);
        assertThat(seen).containsExactly(Optional.of("a"));
    }
}
