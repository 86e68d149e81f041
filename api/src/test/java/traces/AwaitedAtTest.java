package traces;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.each;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * What a failure says about where it was awaited: frames of the user's code, from the first to the last. That code is
 * in this package.
 */
class AwaitedAtTest {
    private static final Duration LONG = Duration.ofDays(1);

    /** What a user writes. */
    private static final class Orders {
        final Throwable failure;

        Orders(Throwable failure) {
            this.failure = failure;
        }

        String find() {
            return await(CompletableFuture.failedFuture(failure));
        }

        String page() {
            return find() + "!";
        }

        String pageInTime() throws TimeoutException {
            return withTimeout(LONG, this::page) + "!";
        }

        String loop() {
            try (var rows = each(stream(out -> out.emit(find())))) {
                for (Object row : rows) return row.toString();
            }
            return "";
        }
    }

    private final Throwable failure = new IllegalStateException("no database");
    private final Orders orders = new Orders(failure);

    private List<String> awaitedAt(Callable<?> body) {
        try {
            body.call();
        } catch (Exception thrown) {
            // looked at below, without its carrier
        }
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure.getSuppressed()[0]).hasMessage("awaited at");
        return Arrays.stream(failure.getSuppressed()[0].getStackTrace())
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .toList();
    }

    private static String own(String method) {
        return Orders.class.getName() + "." + method;
    }

    private static boolean isOurs(String frame) {
        return frame.startsWith("dev.weft.");
    }

    @Test
    void aCoroutinesAreTheWholeTrace() {
        assertThat(awaitedAt(() -> run(orders::page))).containsExactly(own("find"), own("page"));
    }

    @Test
    void aChildsAreTheWholeTrace() {
        assertThat(awaitedAt(() -> run(() -> async(orders::page).await()))).containsExactly(own("find"), own("page"));
    }

    @Test
    void oursAreLeftOutBetweenTwoOfTheUsers() {
        assertThat(awaitedAt(() -> run(orders::pageInTime)))
                .containsExactly(own("find"), own("page"), own("pageInTime"));
    }

    @Test
    void aGeneratorHasItsSubscribersBelowIt() {
        assertThat(awaitedAt(() -> run(orders::loop))).first().isEqualTo(own("find"));
        assertThat(awaitedAt(() -> "again"))
                .last()
                .asString()
                .doesNotStartWith("dev.weft")
                .doesNotStartWith("java.");
    }

    @Test
    void aPlainThreadsAreThereWithoutTheJdksBelowThem() throws InterruptedException {
        Thread.ofPlatform().start(() -> awaitedAt(orders::page)).join();
        assertThat(awaitedAt(() -> "again"))
                .startsWith(own("find"), own("page"))
                .noneMatch(AwaitedAtTest::isOurs)
                .noneMatch(frame -> frame.startsWith("java."));
    }

    @Test
    void theMarkIsThatOfTheFirstCodeOfTheUserThatGetsTheFailure() {
        Deferred<String> handle = async(this::fail);
        assertThat(awaitedAt(() -> run(handle::await))).first().asString().startsWith(AwaitedAtTest.class.getName());
    }

    @Test
    void aFailureThatNobodyAwaitsIsMarkedWhereItComesOut() {
        assertThat(awaitedAt(() -> {
                    run(() -> {
                        async(this::fail);
                    });
                    return "not reached";
                }))
                .first()
                .asString()
                .startsWith(AwaitedAtTest.class.getName());
    }

    private String fail() throws Exception {
        throw (Exception) failure;
    }

    @Test
    void theMarkCanBeTurnedOff() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dweft.trace=off",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output.strip()).isEqualTo("0 suppressed");
    }

    /** Fails, and says how many exceptions are suppressed in that. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try {
                run(new Orders(new IllegalStateException("no database"))::page);
            } catch (IllegalStateException thrown) {
                System.out.println(thrown.getSuppressed().length + " suppressed");
            }
        }
    }
}
