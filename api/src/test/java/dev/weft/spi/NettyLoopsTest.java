package dev.weft.spi;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.testing.Watched;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Netty's event loops, which are known without a dependency on it. */
class NettyLoopsTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private final EventExecutor loop = new DefaultEventExecutor(new DefaultThreadFactory("netty"));

    @AfterEach
    void shutDown() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(Watched.SECONDS, TimeUnit.SECONDS);
    }

    /** {@return the loop that a thread runs in the eyes of Netty, as seen by a task of its own} */
    private static @Nullable EventLoop seen(Function<Runnable, Thread> threads) throws Exception {
        var seen = new CompletableFuture<@Nullable EventLoop>();
        threads.apply(() -> seen.complete(NettyLoops.INSTANCE.current())).start();
        return seen.get(Watched.SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void nobodyMayWaitThere() throws Exception {
        onLoop(() -> {
            for (ThrowingCallable wait : List.<ThrowingCallable>of(
                    () -> run(() -> 1), () -> await(new CompletableFuture<>()), () -> delay(MILLI)))
                assertThatThrownBy(wait)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("would block the event loop of thread netty-")
                        .hasMessageContaining(": return mono(() -> …)");
            return null;
        });
    }

    @Test
    void aCoroutineStaysThere() throws Exception {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        List<String> carriers = new CopyOnWriteArrayList<>();
        Runnable look = () -> carriers.add(Thread.currentThread().toString().replaceFirst(".*@", ""));
        var foreign = new CompletableFuture<String>();
        Deferred<String> handle = onLoop(() -> coroutine(() -> {
                    look.run();
                    String value = await(foreign);
                    look.run();
                    delay(MILLI);
                    look.run();
                    async(() -> {
                                look.run();
                                return 1;
                            })
                            .await();
                    return value;
                })
                .on(Dispatcher.eventLoop())
                .start());
        foreign.complete("value");
        assertThat(handle.await()).isEqualTo("value");
        assertThat(carriers)
                .hasSize(4)
                .containsOnly(onLoop(() -> Thread.currentThread().getName()));
    }

    @Test
    void aThreadOfNettysThatRunsNoLoopMayWait() throws Exception {
        assertThat(seen(FastThreadLocalThread::new)).isNull();
        assertThat(seen(Thread::new)).isNull();
        assertThat(onLoop(NettyLoops.INSTANCE::current)).isNotNull();
    }

    @Test
    void aNettyInAnotherPackageIsKnown() throws Exception {
        Executor executor = Runnable::run;
        EventLoop found = seen(task -> new shaded.io.netty.util.concurrent.FastThreadLocalThread(executor, task));
        assertThat(found).isNotNull();
        assertThat(found.executor()).isSameAs(executor);
    }

    @Test
    void aNettyThatDoesNotNoteWhatRunsIsNot() throws Exception {
        assertThat(seen(older.io.netty.util.concurrent.FastThreadLocalThread::new))
                .isNull();
    }
}
