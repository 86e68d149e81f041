package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks what a listener is told: each coroutine starts once and ends once, last; in between it is suspended and
 * resumed in turns, on its own thread.
 */
public final class Lives implements CoroutineListener {
    private enum Step {
        RUNNING,
        WAITING,
        ENDED
    }

    private final Map<CoroutineInfo, Step> lives = new ConcurrentHashMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Override
    public void started(CoroutineInfo coroutine) {
        step(coroutine, null, Step.RUNNING);
    }

    @Override
    public Runnable around(CoroutineInfo coroutine, Runnable body) {
        if (lives.get(coroutine) != Step.RUNNING) wrong(coroutine + " is wrapped, but does not run");
        return body;
    }

    @Override
    public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
        onItsThread(coroutine);
        step(coroutine, Step.RUNNING, Step.WAITING);
    }

    @Override
    public void resumed(CoroutineInfo coroutine) {
        onItsThread(coroutine);
        step(coroutine, Step.WAITING, Step.RUNNING);
    }

    @Override
    public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
        step(coroutine, Step.RUNNING, Step.ENDED);
    }

    private void step(CoroutineInfo coroutine, Step from, Step to) {
        Step before = lives.put(coroutine, to);
        if (before != from) wrong(coroutine + " is " + to + " after " + before);
    }

    private void onItsThread(CoroutineInfo coroutine) {
        if (coroutine.thread() != Thread.currentThread())
            wrong(coroutine + " is told of on " + Thread.currentThread().getName());
    }

    private synchronized void wrong(String what) {
        wrong.add(what);
    }

    /** {@return how many have started} */
    public int count() {
        return lives.size();
    }

    /** {@return how many have started and not ended} */
    public long alive() {
        return lives.values().stream().filter(step -> step != Step.ENDED).count();
    }

    /** Checks that all that was told was in order, and that all have ended. */
    public synchronized void checkOver() {
        assertThat(wrong).isEmpty();
        assertThat(lives).allSatisfy((coroutine, step) -> assertThat(step).isEqualTo(Step.ENDED));
    }
}
