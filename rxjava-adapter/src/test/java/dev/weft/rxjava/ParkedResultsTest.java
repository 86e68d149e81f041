package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitable;
import static dev.weft.Async.group;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.single;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What lies unread in a handle when its scope fails or is cancelled goes to the hook for values. */
class ParkedResultsTest {
    private final HookLog hooks = new HookLog();
    private final Recorder<Object> recorder = new Recorder<>();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    private static <T> void over(Deferred<T> handle) {
        until("it is over", handle::isDone);
    }

    @Test
    void H4_resultsOfAScopeThatFailsAreDiscarded() {
        single(() -> {
                    over(async(() -> "of a child"));
                    return group(g -> {
                        over(g.async(() -> await(Single.just("of a member"))));
                        over(g.start(awaitable(Single.just("of a source").hide())));
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
        single(() -> {
                    over(async(() -> "of a child"));
                    recorder.cancel();
                    return await(Single.never());
                })
                .subscribe(recorder);
        until("it is discarded", () -> !hooks.discarded.isEmpty());
        assertThat(hooks.discarded).containsExactly("of a child");
    }
}
