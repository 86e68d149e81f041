package dev.weft.rxjava4;

import io.reactivex.rxjava4.core.Streamable;
import io.reactivex.rxjava4.core.Streamer;
import io.reactivex.rxjava4.disposables.DisposableContainer;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A Streamable with one streamer, operated by hand, that records what it is asked. */
final class HandStreamer implements Streamable<String>, Streamer<String> {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> finished = new CompletableFuture<>();
    volatile DisposableContainer cancellation;

    private final BlockingQueue<CompletableFuture<Boolean>> asked = new LinkedBlockingQueue<>();
    private volatile String current;

    @Override
    public Streamer<String> stream(DisposableContainer given) {
        calls.add("stream");
        cancellation = given;
        return this;
    }

    @Override
    public CompletionStage<Boolean> next(DisposableContainer given) {
        calls.add("next");
        var answer = new CompletableFuture<Boolean>();
        asked.add(answer);
        return answer;
    }

    @Override
    public String current() {
        if (current == null) throw new NoSuchElementException();
        return current;
    }

    @Override
    public CompletionStage<Void> finish(DisposableContainer given) {
        calls.add("finish");
        return finished;
    }

    /** Waits for the next question. */
    CompletableFuture<Boolean> question() {
        try {
            CompletableFuture<Boolean> next = asked.poll(30, TimeUnit.SECONDS);
            if (next == null) throw new AssertionError("not asked");
            return next;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    void value(String value) {
        answer(question(), value);
    }

    void answer(CompletableFuture<Boolean> question, String value) {
        current = value;
        question.complete(true);
    }

    void end() {
        question().complete(false);
        finished.complete(null);
    }
}
