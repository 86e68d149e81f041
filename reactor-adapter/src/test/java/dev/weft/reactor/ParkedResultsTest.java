package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.group;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import dev.weft.testing.StreamRecorder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What lies unread in a handle when its scope fails or is cancelled goes to the hook for values. */
class ParkedResultsTest {
    private final HookLog hooks = new HookLog();
    private final StreamRecorder<Object> recorder = new Recorder<>().eager();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static <T> void over(Deferred<T> handle) {
        until("it is over", handle::isDone);
    }

    @Test
    void H4_resultsOfAScopeThatFailsAreDiscarded() {
        mono(() -> {
                    over(async(() -> "of a child"));
                    return group(g -> {
                        over(g.async(() -> awaitSingle(Mono.just("of a member"))));
                        over(g.start(awaitable(Mono.just("of a source").hide())));
                        throw new IllegalStateException("group");
                    });
                })
                .subscribe(recorder);
        recorder.ended();
        assertThat(recorder.error).hasMessage("group");
        assertThat(hooks.discarded).containsExactlyInAnyOrder("of a child", "of a member", "of a source");
    }

    @Test
    void H4_resultsOfAScopeThatIsCancelledAreDiscarded() {
        mono(() -> {
                    over(async(() -> "of a child"));
                    recorder.cancel();
                    return awaitSingle(Mono.never());
                })
                .subscribe(recorder);
        until("it is discarded", () -> !hooks.discarded.isEmpty());
        assertThat(hooks.discarded).containsExactly("of a child");
    }
}
