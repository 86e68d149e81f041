package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.EnumSource.Mode.MATCH_NONE;

import dev.weft.CancelledException;
import dev.weft.Overflow;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The four protocols of RxJava that are not Reactive Streams, and that no kit tests, for our observers: those of the awaits, and
 * of the iteration over an {@code Observable}. The numbers are those of the like rules of Reactive Streams.
 */
class ObserverProtocolsTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule2_02_theAwaiterGoesOnElsewhereThanOnTheThreadThatSignals(Word word) {
        var probe = new RxProbe<Object>();
        var awaiting = word.awaiting(probe).parked();
        word.succeed(probe, "value");
        assertThat(awaiting.value()).isEqualTo(word.given("value"));
        assertThat(awaiting.thread()).isNotSameAs(Thread.currentThread());
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule2_04_nothingIsDisposedOfAfterTheEnd(Word word) {
        List<Consumer<Probe<Object>>> ends = List.of(
                probe -> word.succeed(probe, "value"), probe -> probe.fail(new IllegalStateException("failed")));
        for (Consumer<Probe<Object>> end : ends) {
            var probe = new RxProbe<Object>();
            var awaiting = word.awaiting(probe).parked();
            end.accept(probe);
            awaiting.ended().cancel();
            awaiting.joined();
            assertThat(probe.cancels).hasValueLessThanOrEqualTo(word == Word.OBSERVABLE_FIRST ? 1 : 0);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule2_11_whatIsDoneBeforeASignalIsSeenBehindTheAwait(Word word) {
        int[] plain = {0};
        var probe = new RxProbe<Object>();
        var awaiting = Watched.coroutine(() -> {
            word.of(probe);
            return plain[0];
        });
        awaiting.parked();
        plain[0] = 42;
        word.succeed(probe, "value");
        assertThat(awaiting.value()).isEqualTo(42);
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule2_13_noSignalThrowsAfterTheAwait(Word word) {
        var own = new IllegalStateException("the awaiter's own");
        var probe = new RxProbe<Object>();
        var awaiting = Watched.coroutine(() -> {
            word.of(probe);
            throw own;
        });
        awaiting.parked();
        word.succeed(probe, "value");
        assertThat(awaiting.failure()).isSameAs(own);
        awaiting.joined();
        var late = new IOException("late");
        assertThatCode(() -> {
                    word.succeed(probe, "late");
                    probe.fail(late);
                    probe.subscription();
                })
                .doesNotThrowAnyException();
        assertThat(hooks.dropped).containsExactly(late);
        assertThat(hooks.discarded).isEqualTo(word == Word.COMPLETABLE ? List.of() : List.of("late"));
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule3_01_onlyTheAwaiterDisposes(Word word) {
        var probe = new RxProbe<Object>();
        var awaiting = word.awaiting(probe).parked();
        awaiting.cancel();
        awaiting.joined();
        assertThat(probe.upstream.cancelledBy).isSameAs(awaiting.thread());
        assertThat(probe.requests).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = MATCH_NONE, names = "FLOWABLE.*")
    void rule3_14_aSourceThatEndsWhenItIsDisposedOfChangesNothing(Word word) {
        List<Consumer<Probe<Object>>> ends =
                List.of(probe -> word.succeed(probe, "value"), probe -> probe.fail(new IOException("shut down")));
        for (Consumer<Probe<Object>> end : ends) {
            var probe = new RxProbe<Object>();
            probe.onCancel(() -> end.accept(probe));
            var awaiting = word.awaiting(probe).parked();
            awaiting.cancel();
            assertThat(awaiting.failure()).isInstanceOf(CancelledException.class);
            awaiting.joined();
            assertThat(probe.cancels).hasValue(1);
            assertThat(hooks.violations).isEmpty();
        }
    }

    // --- the iteration

    private final List<Object> taken = new CopyOnWriteArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    private Watched<Object> looping(RxProbe<Object> probe) {
        return Watched.<Object>coroutine(() -> {
                    try (var values = each(probe.observable(), Overflow.error(8))) {
                        release.await();
                        values.forEachRemaining(taken::add);
                    }
                    return "end";
                })
                .parked();
    }

    @Test
    void rule2_02_aSignalReturnsWithoutWaitingForTheLoop() {
        var probe = new RxProbe<Object>();
        var looping = looping(probe);
        for (int i = 0; i < 8; i++) probe.next(i);
        probe.complete();
        assertThat(taken).isEmpty();
        release.countDown();
        assertThat(looping.value()).isEqualTo("end");
        assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void rule2_04_aLoopDisposesOfNothingAfterTheEnd() {
        var probe = new RxProbe<Object>();
        var looping = looping(probe);
        probe.next("value");
        probe.complete();
        release.countDown();
        looping.joined();
        assertThat(probe.cancels).hasValue(0);
    }

    @Test
    void rule2_05_aLoopDisposesOfASecondDisposableAndKeepsTheFirst() {
        var probe = new RxProbe<Object>();
        var looping = looping(probe);
        var second = new RxUpstream();
        probe.subscriber().onSubscribe(second);
        assertThat(second.cancels).hasValue(1);
        assertThat(probe.cancels).hasValue(0);
        probe.next("value");
        probe.complete();
        release.countDown();
        looping.joined();
        assertThat(taken).containsExactly("value");
        assertThat(hooks.rules()).containsExactly("2.5");
    }

    @Test
    void rule2_06_aLoopDisposesOfADisposableThatComesTooLate() {
        var probe = new RxProbe<Object>(p -> {});
        release.countDown();
        var looping = looping(probe);
        looping.cancel();
        looping.joined();
        probe.subscription();
        assertThat(probe.cancels).hasValue(1);
    }

    @Test
    void rule2_08_aLoopThatIsOverDiscardsValuesAndReportsErrors() {
        var probe = new RxProbe<Object>();
        release.countDown();
        var looping = looping(probe);
        looping.cancel();
        looping.joined();
        var late = new IOException("late");
        probe.next("late");
        probe.fail(late);
        assertThat(hooks.discarded).containsExactly("late");
        assertThat(hooks.dropped).containsExactly(late);
        assertThat(taken).isEmpty();
    }

    @Test
    void rule2_13_noSignalThrowsWhateverTheLoopDoes() {
        var own = new IllegalStateException("the loop's own");
        var probe = new RxProbe<Object>();
        var looping = Watched.coroutine(() -> {
            try (var values = each(probe.observable(), Overflow.error(8))) {
                values.forEachRemaining(value -> {
                    throw own;
                });
            }
            return "end";
        });
        looping.parked();
        probe.next("value");
        probe.complete();
        assertThat(looping.failure()).isSameAs(own);
        looping.joined();
        assertThatCode(() -> probe.next("late")).doesNotThrowAnyException();
        assertThat(hooks.discarded).containsExactly("late");
    }

    @Test
    void rule3_01_onlyTheLoopDisposes() {
        var probe = new RxProbe<Object>();
        release.countDown();
        var looping = looping(probe);
        looping.cancel();
        looping.joined();
        assertThat(probe.upstream.cancelledBy).isSameAs(looping.thread());
        assertThat(probe.cancels).hasValue(1);
    }

    @Test
    void rule3_14_aSourceThatEndsWhenTheLoopDisposesOfItChangesNothing() {
        var probe = new RxProbe<Object>();
        probe.onCancel(probe::complete);
        release.countDown();
        var looping = looping(probe);
        looping.cancel();
        assertThat(looping.failure()).isInstanceOf(CancelledException.class);
        assertThat(hooks.violations).isEmpty();
    }
}
