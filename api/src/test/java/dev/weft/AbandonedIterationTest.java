package dev.weft;

import static dev.weft.Async.each;
import static dev.weft.Async.run;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop without {@code try} that an exception has left, in a scope that lives on. */
class AbandonedIterationTest {
    private final HookLog hooks = new HookLog();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();

    private final List<WeakReference<Flow.Subscriber<?>>> subscribers = new CopyOnWriteArrayList<>();

    /** Numbers without an end. */
    private final Flow.Publisher<Integer> endless = subscriber -> {
        open.incrementAndGet();
        subscribers.add(new WeakReference<>(subscriber));
        subscriber.onSubscribe(new Flow.Subscription() {
            private int number;
            private boolean cancelled;

            @Override
            public void request(long count) {
                for (long left = count; left > 0 && !cancelled; left--) subscriber.onNext(number++);
            }

            @Override
            public void cancel() {
                cancelled = true;
                open.decrementAndGet();
                if (Thread.currentThread().getName().equals("weft-cancel")) abandoned.incrementAndGet();
                cancels.incrementAndGet();
            }
        });
    };

    /** What one test has left is not reported to the next. */
    @AfterEach
    void restoreHooks() {
        until("all are closed", () -> cancels.get() == subscribers.size());
        until("what nobody has closed is reported", () -> hooks.dropped.size() >= abandoned.get());
        hooks.close();
    }

    private void loop() {
        for (int n : each(endless)) if (n == 2) throw new IllegalStateException("handler");
        fail("an endless source has ended");
    }

    private void attempt() {
        try {
            loop();
        } catch (IllegalStateException expected) {
            assertThat(expected).hasMessage("handler");
        }
    }

    @Test
    void isClosedAndReportedWhileItsScopeLives() {
        run(() -> {
            for (int i = 0; i < 73; i++) attempt();
            until("closed", () -> {
                System.gc();
                return open.get() <= 1; // the last may still lie on the stack
            });
            until("reported", () -> hooks.dropped.size() >= 72);
            assertThat(hooks.dropped)
                    .allSatisfy(leak -> assertThat(leak)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("without having been closed"))
                    .allMatch(leak -> leak.getMessage().contains("opened by coroutine-") || isOpenedInTheLoop(leak));
        });
        until("all are closed", () -> cancels.get() == 73);
        assertThat(open).hasValue(0);
        assertThat(hooks.dropped).hasSizeLessThanOrEqualTo(73);
        theNextOneSaysWhere();
        assertThat(hooks.discarded).isNotEmpty();
    }

    private void theNextOneSaysWhere() {
        run(() -> {
            attempt();
            attempt(); // the last may still lie on the stack
            until("reported with its place", () -> {
                System.gc();
                return hooks.dropped.stream().anyMatch(AbandonedIterationTest::isOpenedInTheLoop);
            });
        });
    }

    private static boolean isOpenedInTheLoop(Throwable leak) {
        return Arrays.stream(leak.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(AbandonedIterationTest.class.getName())
                        && frame.getMethodName().equals("loop"));
    }

    @Test
    void isClosedWithoutAWordWhenItsScopeEndsFirst() {
        List<AsyncIterator<Integer>> kept = new ArrayList<>();
        run(() -> {
            AsyncIterator<Integer> left = each(endless);
            left.next();
            kept.add(left);
        });
        assertThat(cancels).hasValue(1);
        assertThat(hooks.dropped).isEmpty();
        kept.clear();
    }

    @Test
    void isNotKeptByItsScope() {
        run(() -> {
            for (int i = 0; i < 50; i++) attempt();
            until("collected", () -> {
                System.gc();
                attempt();
                return subscribers.stream().filter(cell -> cell.get() != null).count() <= 5;
            });
        });
    }

    @Test
    void oneThatDoesNotEndHoldsUpNoOther() {
        var first = new AtomicInteger();
        var others = new AtomicInteger();
        var gate = new Semaphore(0);
        forget(onCancel(() -> {
            first.incrementAndGet();
            gate.acquireUninterruptibly();
        }));
        until("the first are cancelled", () -> collected(first) == 2);
        forget(onCancel(others::incrementAndGet));
        until("the others are cancelled", () -> collected(others) == 2);
        gate.release(2);
        until("all are reported", () -> hooks.dropped.size() == 4);
    }

    private static int collected(AtomicInteger cancelled) {
        System.gc();
        return cancelled.get();
    }

    @SuppressWarnings("resource")
    private static void forget(Flow.Publisher<ByteBuffer> source) {
        each(source);
        ByteStreams.toInputStream(source);
    }

    private static Flow.Publisher<ByteBuffer> onCancel(Runnable action) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {
                action.run();
            }
        });
    }
}
