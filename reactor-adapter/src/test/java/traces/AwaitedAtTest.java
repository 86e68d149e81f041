package traces;

import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a failure says about where it was awaited, with as many thread-locals as a framework registers. */
class AwaitedAtTest {
    private static final List<String> KEYS =
            IntStream.range(0, 7).mapToObj(number -> "key " + number).toList();

    private final Throwable failure = new IllegalStateException("no database");

    @BeforeEach
    void register() {
        for (String key : KEYS)
            ContextRegistry.getInstance().registerThreadLocalAccessor(key, new ThreadLocal<String>());
    }

    @AfterEach
    void unregister() {
        KEYS.forEach(ContextRegistry.getInstance()::removeThreadLocalAccessor);
    }

    private List<String> awaitedAt(Flux<?> flux) {
        flux.onErrorComplete().blockLast();
        assertThat(failure.getSuppressed()[0]).hasMessage("awaited at");
        return Arrays.stream(failure.getSuppressed()[0].getStackTrace())
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .toList();
    }

    private static String own(String method) {
        return AwaitedAtTest.class.getName() + "." + method;
    }

    private String find() {
        return awaitSingle(Mono.<String>error(failure).hide());
    }

    private String ready() {
        return awaitSingle(Mono.error(failure));
    }

    private String page() {
        return find() + "!";
    }

    private String loop() {
        try (var rows = each(Flux.<String>error(failure).hide())) {
            return rows.next();
        }
    }

    @Test
    void theUsersFramesAreTheWholeTrace() {
        assertThat(awaitedAt(mono(this::page).flux())).containsExactly(own("find"), own("page"));
    }

    @Test
    void soTheyAreForAFailureAtHand() {
        assertThat(awaitedAt(mono(this::ready).flux())).containsExactly(own("ready"));
    }

    @Test
    void soTheyAreForALoop() {
        assertThat(awaitedAt(mono(this::loop).flux())).containsExactly(own("loop"));
    }

    @Test
    void soTheyAreForAGenerator() {
        assertThat(awaitedAt(flux(out -> out.emit(page()))))
                .startsWith(own("find"), own("page"))
                .hasSize(3);
    }
}
