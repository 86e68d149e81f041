package dev.weft.test;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.Deferred;
import dev.weft.spi.VirtualTime;
import dev.weft.test.simulation.Exploration;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** When all was found at rest, nothing is left that could go on, however its steps fall between the looks. */
@EnabledIfSystemProperty(named = "weft.simulation", matches = "true")
@EnabledIf("dev.weft.test.simulation.Programs#canBeSimulated")
class StillnessSimulationTest {
    /** Each time when all is at rest, the next timer fires; in the end, the body must be over. */
    private static void explore(int timers, Callable<@Nullable Object> body) throws InterruptedException {
        Exploration.ofSeeds(1_000).explore(() -> play(timers, body));
    }

    private static void play(int timers, Callable<@Nullable Object> body) {
        var clock = new TestClock();
        VirtualTime.begin(clock);
        try {
            var workers = new Workers(StillnessSimulationTest::unexpected);
            var stillness = new Stillness(workers, clock.movers());
            var main = new BodyTask(Async.backend(), body);
            main.start();
            for (int left = timers; ; left--) {
                while (stillness.look() == null) Thread.yield();
                assertThat(stillness.lookedAt()).isZero();
                if (main.failure() != null) throw new CompletionException(main.failure());
                assertThat(main.isDone()).as("over, with %s timers left", left).isEqualTo(left == 0);
                if (left == 0) return;
                TestClock.Task next = clock.next(true);
                assertThat(next).isNotNull();
                if (next != null) next.run();
                stillness.disturb();
            }
        } finally {
            VirtualTime.end(clock);
        }
    }

    private static void unexpected(Throwable failure) {
        throw new CompletionException(failure);
    }

    @Test
    void V1_whileCoroutinesWakeEachOther() throws InterruptedException {
        explore(0, () -> {
            var first = new CompletableFuture<Integer>();
            var second = new CompletableFuture<Integer>();
            var third = new CompletableFuture<Integer>();
            async(() -> second.complete(await(first) + 1));
            async(() -> third.complete(await(second) + 1));
            async(() -> first.complete(1));
            return await(third);
        });
    }

    @Test
    void V1_whileALoopAndItsGeneratorWaitForEachOther() throws InterruptedException {
        explore(0, () -> {
            int sum = 0;
            try (AsyncIterator<Integer> values = each(
                    Async.<Integer>stream(out -> {
                        for (int i = 1; i <= 3; i++) out.emit(i);
                    }),
                    1)) {
                while (values.hasNext()) sum += values.next();
            }
            return sum;
        });
    }

    @Test
    void V1_whileMembersEnd() throws InterruptedException {
        explore(0, () -> {
            var future = new CompletableFuture<String>();
            var other = new CompletableFuture<String>();
            return group(members -> {
                members.start(awaitable(future));
                members.async(() -> other.complete("b"));
                members.async(() -> future.complete("a"));
                members.async(() -> await(other) + await(future));
                return "done";
            });
        });
    }

    @Test
    void V1_whileOneIsCancelled() throws InterruptedException {
        explore(0, () -> {
            var cleaned = new CompletableFuture<String>();
            Deferred<Object> waiter = async(() -> {
                try {
                    return await(new CompletableFuture<>());
                } finally {
                    shielded(() -> await(cleaned));
                }
            });
            async(() -> waiter.cancel("enough"));
            async(() -> cleaned.complete("a"));
            return await(cleaned);
        });
    }

    @Test
    void V1_untilTheNextTimer() throws InterruptedException {
        explore(2, () -> {
            Deferred<String> late = async(() -> {
                delay(Duration.ofHours(2));
                return "late";
            });
            delay(Duration.ofHours(1));
            return late.await();
        });
    }
}
