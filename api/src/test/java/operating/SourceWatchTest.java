package operating;

import static dev.weft.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Deferred;
import dev.weft.spi.SourceWatch;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which sources debug mode takes for forgotten, without a library. */
class SourceWatchTest {
    private static final SourceWatch WATCH = SourceWatch.of("no.library.", () -> true);
    private static final SourceWatch SILENT = SourceWatch.of("no.library.", () -> false);

    /** @param part what else it may subscribe to */
    private record Source(Object part) {
        static Source made(Object part) {
            var source = new Source(part);
            Objects.requireNonNull(WATCH).made(source);
            return source;
        }
    }

    /** What each method forgets is reported once. */
    static final class Forgetful {
        private Forgetful() {}

        static void source() {
            Source.made("a");
        }

        static void chain() {
            var first = Source.made("a");
            var second = Source.made(first);
            Source.made(second);
        }

        static void last() {
            Source.made("last");
        }
    }

    /** Nothing is forgotten here. */
    static final class Careful {
        private Careful() {}

        static void used() {
            SourceWatch.used(Source.made("a"));
        }

        static void partOfWhatIsUsed() {
            SourceWatch.used(Source.made(Source.made("a")));
        }

        static void partOfWhatIsUsedLater() {
            var whole = Source.made(Source.made("a"));
            System.gc();
            SourceWatch.used(whole);
        }

        static void cancelled() {
            async(() -> Source.made("a")).cancel();
            var self = new CompletableFuture<Deferred<?>>();
            self.complete(async(() -> {
                self.join().cancel();
                return Source.made("a").part();
            }));
            assertThatThrownBy(self.join()::await).isInstanceOf(RuntimeException.class);
        }

        static void failed() {
            assertThatThrownBy(async(() -> {
                        Source.made("a");
                        throw new IllegalStateException("b");
                    })::await)
                    .hasMessage("b");
        }

        static void outside() throws Exception {
            CompletableFuture.runAsync(() -> Source.made("a")).get();
        }

        static void untold() {
            Objects.requireNonNull(SILENT).made(new Source("a"));
        }

        static void usedBefore() {
            for (int i = 0; i < 2; i++) {
                var source = Source.made("a");
                if (i == 0) SourceWatch.used(source);
                System.gc();
            }
        }

        static void last() {
            Source.made("last");
        }
    }

    @Test
    void N6_whatNobodyHasUsedIsReportedOnce() throws Exception {
        assertThat(DebugMode.warnings(Forgetful.class))
                .containsExactlyInAnyOrder(Stream.of("source", "chain", "last")
                        .map(method -> "NEVER_SUBSCRIBED " + method)
                        .toArray(String[]::new));
    }

    @Test
    void N6_whatWasUsedOrCouldNotBeIsNotReported() throws Exception {
        assertThat(DebugMode.warnings(Careful.class)).containsExactly("NEVER_SUBSCRIBED last");
    }

    @Test
    void withoutDebugModeThereIsNone() {
        assertThat(SourceWatch.of("no.library.", () -> true)).isNull();
        SourceWatch.used("a");
    }
}
