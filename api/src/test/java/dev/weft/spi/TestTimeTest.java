package dev.weft.spi;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A test in whose time the engine is hears of all that may move. */
class TestTimeTest {
    private final Told told = new Told();

    private static final class Told implements TestTime {
        final List<Living> moved = new CopyOnWriteArrayList<>();
        final List<Thread> woken = new CopyOnWriteArrayList<>();

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Timer.Entry schedule(long nanos, Runnable action) {
            return () -> {};
        }

        @Override
        public Timer.Entry execute(@Nullable Object worker, boolean mayBlock, long nanos, Runnable task) {
            return () -> {};
        }

        @Override
        public void moved(Living living) {
            moved.add(living);
        }

        @Override
        public void woken(Thread thread) {
            woken.add(thread);
        }

        Living named(String name) {
            return moved.stream()
                    .filter(living -> living.subject().title().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        boolean hasWoken(String name) {
            return woken.stream().anyMatch(thread -> thread.getName().equals(name));
        }
    }

    @BeforeEach
    void begin() {
        VirtualTime.begin(told);
    }

    @AfterEach
    void end() {
        VirtualTime.end(told);
    }

    @Test
    void ofEachCoroutineAndItsOwners() {
        run(() -> {
            Deferred<String> outer = coroutine(
                            () -> coroutine(() -> "a").named("inner").start().await())
                    .named("outer")
                    .start();
            assertThat(outer.await()).isEqualTo("a");
        });
        assertThat(told.named("inner").isAmong(Set.of(told.named("inner").subject())))
                .isTrue();
        assertThat(told.named("inner").isAmong(Set.of(told.named("outer").subject())))
                .isTrue();
        assertThat(told.named("outer").isAmong(Set.of(told.named("inner").subject())))
                .isFalse();
    }

    @Test
    void ofEachThatIsWoken() {
        var future = new CompletableFuture<String>();
        run(() -> {
            Deferred<String> waiter =
                    coroutine(() -> await(future)).named("waiter").start();
            while (told.named("waiter").waitsIn() == null) Thread.yield();
            assertThat(told.hasWoken("waiter")).isFalse();
            future.complete("a");
            assertThat(told.hasWoken("waiter")).isTrue();
            waiter.await();
        });
    }

    @Test
    void ofTheOutcomeOfASourceWithoutAThread() {
        var future = new CompletableFuture<String>();
        run(() -> {
            async(() -> {
                while (future.getNumberOfDependents() == 0) Thread.yield();
                assertThat(told.moved).noneMatch(living -> living.subject().thread() == null);
                future.complete("a");
            });
            gather(awaitable(future));
        });
        assertThat(told.moved)
                .filteredOn(living -> living.subject().thread() == null)
                .singleElement()
                .satisfies(source -> assertThat(told.moved)
                        .anyMatch(owner -> owner != source && source.isAmong(Set.of(owner.subject()))));
    }
}
