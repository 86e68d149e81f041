package dev.weft.rxjava;

import static dev.weft.Async.group;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.BlockingCall;
import dev.weft.testing.Latches;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subscriber cancels while a coroutine blocks in foreign code: whatever that code then throws is not reported. */
class BlockingCallTest {
    private final HookLog hooks = new HookLog();

    @AfterEach
    void restoreHooks() {
        hooks.close();
    }

    @ParameterizedTest
    @EnumSource
    void C9_whatItThrowsIsNotReported(BlockingCall call) {
        var recorder = new Recorder<Object>();
        single(call::block).subscribe(recorder);
        Thread thread = call.waiting();
        recorder.cancel();
        Latches.join(thread);
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(hooks.dropped).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void C9_whatItThrowsInAMemberOfAGroupIsNotReported(BlockingCall call) {
        var coroutine = new Thread[1];
        var recorder = new Recorder<Object>();
        single(() -> group(members -> {
                    coroutine[0] = Thread.currentThread();
                    return members.async(call::block).await();
                }))
                .subscribe(recorder);
        call.waiting();
        recorder.cancel();
        Latches.join(coroutine[0]);
        assertThat(recorder.trail).containsExactly("onSubscribe");
        assertThat(hooks.dropped).isEmpty();
    }
}
