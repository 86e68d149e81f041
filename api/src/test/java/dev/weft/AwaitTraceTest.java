package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which frames a mark keeps, as a rule; what traces look like is in the package {@code traces}, whose frames are a user's. */
class AwaitTraceTest {
    private static List<String> kept(String... classes) {
        StackTraceElement[] frames = Stream.of(classes)
                .map(name -> new StackTraceElement(name, "method", null, -1))
                .toArray(StackTraceElement[]::new);
        return Arrays.stream(AwaitTrace.ofTheUser(frames))
                .map(StackTraceElement::getClassName)
                .toList();
    }

    @Test
    void oursAndTheJdksAreLeftOutAtBothEnds() {
        assertThat(kept(
                        "dev.weft.AwaitTrace",
                        "dev.weft.spi.AwaitCell",
                        "dev.weft.reactor.ReactorAsync",
                        "com.acme.Orders",
                        "com.acme.Orders$Page",
                        "dev.weft.spi.CoroutineTask",
                        "dev.weft.rxjava.ThreadLocals$Snapshots",
                        "java.lang.VirtualThread"))
                .containsExactly("com.acme.Orders", "com.acme.Orders$Page");
    }

    @Test
    void inTheMiddleAllButOursAreKept() {
        assertThat(kept(
                        "dev.weft.Async",
                        "Main",
                        "java.util.ArrayList",
                        "dev.weft.Async",
                        "reactor.core.X",
                        "java.lang.Thread"))
                .containsExactly("Main", "java.util.ArrayList", "reactor.core.X");
    }

    @Test
    void onlyOurOwnPackagesAreOurs() {
        assertThat(kept("dev.weft.Async", "dev.weft.examples.HelloWeft", "dev.weftage.X", "dev.weft.spi.Scope"))
                .containsExactly("dev.weft.examples.HelloWeft", "dev.weftage.X");
    }

    @Test
    void withoutTheUserNoneAreKept() {
        assertThat(kept("dev.weft.Async", "java.lang.Thread")).isEmpty();
        assertThat(kept()).isEmpty();
    }

    @Test
    void withoutTheUserThereIsNoMark() throws InterruptedException {
        var failure = new IllegalStateException("of nobody");
        Thread.ofVirtual().start(() -> AwaitTrace.mark(failure)).join();
        assertThat(failure).hasNoSuppressedExceptions();
    }
}
