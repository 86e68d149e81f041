package traces;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    private List<String> awaitedAt(Flowable<?> flowable) {
        flowable.ignoreElements().onErrorComplete().blockingAwait();
        assertThat(failure.getSuppressed()[0]).hasMessage("awaited at");
        return Arrays.stream(failure.getSuppressed()[0].getStackTrace())
                .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                .toList();
    }

    private static String own(String method) {
        return AwaitedAtTest.class.getName() + "." + method;
    }

    private String find() {
        return await(Single.error(failure));
    }

    private String page() {
        return find() + "!";
    }

    private String loop() {
        try (var rows = each(Flowable.<String>error(failure))) {
            return rows.next();
        }
    }

    @Test
    void theUsersFramesAreTheWholeTrace() {
        assertThat(awaitedAt(single(this::page).toFlowable())).containsExactly(own("find"), own("page"));
    }

    @Test
    void soTheyAreForALoop() {
        assertThat(awaitedAt(single(this::loop).toFlowable())).containsExactly(own("loop"));
    }

    @Test
    void soTheyAreForAGenerator() {
        assertThat(awaitedAt(flowable(out -> out.emit(page()))))
                .startsWith(own("find"), own("page"))
                .hasSize(3);
    }
}
