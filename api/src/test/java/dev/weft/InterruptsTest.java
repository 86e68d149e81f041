package dev.weft;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.checkpoint;
import static dev.weft.Async.run;
import static dev.weft.Async.withoutInterrupts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.testing.Latches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cooperative half of G6: code that cancellers do not interrupt. */
class InterruptsTest {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final AtomicBoolean cancelled = new AtomicBoolean();

    @TempDir
    Path folder;

    /** Computes until the coroutine was cancelled, and its canceller is through. */
    private void untilCancelled() {
        inside.countDown();
        while (!cancelled.get()) Thread.onSpinWait();
    }

    private void cancel(Deferred<?> handle) {
        Latches.await(inside);
        handle.cancel();
        cancelled.set(true);
    }

    private FileChannel file() throws IOException {
        return FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void write(FileChannel file) throws IOException {
        file.write(ByteBuffer.wrap(new byte[] {1}));
    }

    @Test
    void G6_anInterruptClosesAFile() throws Exception {
        try (FileChannel file = file()) {
            Deferred<?> handle = async(() -> {
                untilCancelled();
                assertThat(catchThrowable(() -> write(file))).isInstanceOf(ClosedByInterruptException.class);
            });
            cancel(handle);
            assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
            assertThat(file.isOpen()).isFalse();
        }
    }

    @Test
    void G6_aFileStaysOpenWithoutInterruptsThoughItsCoroutineIsCancelled() throws Exception {
        try (FileChannel file = file()) {
            Deferred<?> handle = async(() -> withoutInterrupts(() -> {
                untilCancelled();
                write(file);
                assertThat(catchThrowable(Async::checkpoint)).isInstanceOf(CancelledException.class);
                write(file);
            }));
            cancel(handle);
            assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
            assertThat(file.size()).isEqualTo(2);
        }
    }

    @Test
    void G6_whatIsStartedWithoutInterruptsHasNoneEither() throws Exception {
        try (FileChannel file = file()) {
            Deferred<?> handle = async(() -> withoutInterrupts(() -> {
                async(() -> {
                    untilCancelled();
                    write(file);
                });
            }));
            cancel(handle);
            assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
            assertThat(file.size()).isEqualTo(1);
        }
    }

    @Test
    void G6_codeBehindTheBlockIsInterruptedForACancellationInIt() {
        List<String> trail = new ArrayList<>();
        Deferred<?> handle = async(() -> {
            withoutInterrupts(this::untilCancelled);
            try {
                new CountDownLatch(1).await();
            } finally {
                trail.add("reached");
            }
        });
        cancel(handle);
        assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
        assertThat(trail).containsExactly("reached");
    }

    /** It blocks in the future's own {@code get}, which nothing but an interrupt ends. */
    @Test
    void G6_theAwaitOfAFutureEndsAtOnceWithoutInterruptsToo() {
        var never = new FutureTask<>(() -> "never");
        Deferred<?> handle = async(() -> withoutInterrupts(() -> {
            inside.countDown();
            awaitFuture(never);
        }));
        Latches.await(inside);
        handle.cancel();
        assertThat(catchThrowable(handle::await)).isInstanceOf(CancelledException.class);
    }

    @Test
    void G6_anInterruptFromOutsideIsNotKeptAway() {
        assertThatThrownBy(() -> run(() -> withoutInterrupts(() -> {
                    Thread.currentThread().interrupt();
                    checkpoint();
                })))
                .isInstanceOf(CancelledException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void theBlockHasItsResultAndItsFailure() throws Exception {
        assertThat(Async.<String, RuntimeException>withoutInterrupts(() -> "outside any coroutine"))
                .isEqualTo("outside any coroutine");
        var failure = new IOException("failed");
        assertThatThrownBy(() -> run(() -> {
                    withoutInterrupts(() -> {
                        throw failure;
                    });
                }))
                .isSameAs(failure);
    }

    @Test
    void theFirstThatAsksDecides() {
        assertThat(Interrupts.choose(null, null, null)).isTrue();
        assertThat(Interrupts.choose(" ", "", "cooperative")).isFalse();
        assertThat(Interrupts.choose(null, " cooperative ", "sent")).isFalse();
        assertThat(Interrupts.choose("sent", "cooperative", "cooperative")).isTrue();
    }

    @Test
    void anotherWordIsAnError() {
        assertThatThrownBy(() -> Interrupts.choose("never", null, null))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("weft.interrupts", "\"never\"", "sent or cooperative");
    }

    @Test
    void G6_aProcessCanDoWithoutInterrupts() throws Exception {
        assertThat(interruptedUnder("sent")).contains("interrupted true");
        assertThat(interruptedUnder("cooperative")).contains("interrupted false");
    }

    private static String interruptedUnder(String interrupts) throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Dweft.interrupts=" + interrupts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Cancelled.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** What is started for {@link #G6_aProcessCanDoWithoutInterrupts}. */
    static final class Cancelled {
        public static void main(String[] args) {
            var test = new InterruptsTest();
            Deferred<?> handle = async(() -> {
                test.untilCancelled();
                System.out.println("interrupted " + Thread.currentThread().isInterrupted());
            });
            test.cancel(handle);
            catchThrowable(handle::await);
        }
    }
}
