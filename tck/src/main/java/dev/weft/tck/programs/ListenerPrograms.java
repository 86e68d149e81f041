package dev.weft.tck.programs;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.group;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.withTimeout;

import dev.weft.Coroutine;
import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.spi.CoroutineOptions;
import dev.weft.tck.Later;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What a listener is told about coroutines. */
@SuppressWarnings("try") // a listener is registered, and not used
final class ListenerPrograms extends Programs {
    ListenerPrograms(Stage stage) {
        super(stage);
    }

    /** Notes what is told about coroutines with a name, and about sources without a thread. */
    private final class Told implements CoroutineListener {
        private volatile int suspended;

        @Override
        public void started(CoroutineInfo coroutine) {
            CoroutineInfo parent = coroutine.parent();
            tell(coroutine, "started" + (parent != null && parent.isNamed() ? " in " + parent.name() : ""));
        }

        @Override
        public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
            if (waitsInOrder(coroutine)) tell(coroutine, "suspended: " + wait.kind());
            if (coroutine.isNamed()) suspended++;
        }

        @Override
        public void resumed(CoroutineInfo coroutine) {
            if (waitsInOrder(coroutine)) tell(coroutine, "resumed");
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            String why = end.reason() == null ? "" : " " + end.reason() + " " + end.why();
            tell(
                    coroutine,
                    "ended: " + end.state() + why + (end.failure() == null ? "" : " " + Trace.describe(end.failure())));
        }

        /** The others may be cancelled, or have what they need, before they wait. */
        private boolean waitsInOrder(CoroutineInfo coroutine) {
            return coroutine.name().equals("worker") || coroutine.name().equals("member");
        }

        private void tell(CoroutineInfo coroutine, String what) {
            if (coroutine.isNamed()) note(coroutine.name() + " " + what);
            else if (coroutine.thread() == null) note("a source " + what);
        }

        void untilSuspended(int times) {
            until(() -> suspended >= times);
        }
    }

    private static Coroutine<Object> worker(Callable<Object> body) {
        return coroutine(body).named("worker");
    }

    void aListenerIsToldOfAWait() {
        var told = new Told();
        Later later = later();
        try (Hooks.Handle listening = Hooks.addListener(told)) {
            Deferred<Object> worker =
                    worker(() -> await(awaitable(later.source()))).start();
            told.untilSuspended(1);
            later.value("a");
            note("value", worker.await());
        }
    }

    void aListenerIsToldOfNoWaitForAReadySource() {
        try (Hooks.Handle listening = Hooks.addListener(new Told())) {
            note("value", worker(() -> await(awaitable(ready("a")))).start().await());
        }
    }

    void aListenerIsToldOfAFailureBeforeTheOneWhoAwaitsIt() {
        try (Hooks.Handle listening = Hooks.addListener(new Told())) {
            attempt(
                    "worker",
                    () -> worker(() -> {
                                throw new IOException("no");
                            })
                            .start()
                            .await());
        }
    }

    void aListenerIsToldOfACancellation() {
        var told = new Told();
        try (Hooks.Handle listening = Hooks.addListener(told)) {
            Deferred<Object> worker =
                    worker(() -> await(new CompletableFuture<>())).start();
            told.untilSuspended(1);
            worker.cancel("enough");
            attempt("worker", worker::await);
        }
    }

    void aListenerIsToldOfTheTimeoutThatCancels() {
        try (Hooks.Handle listening = Hooks.addListener(new Told())) {
            attempt(
                    "timeout",
                    () -> withTimeout(Duration.ofDays(1), () -> {
                        Deferred<?> late = coroutine(() -> await(new CompletableFuture<>()))
                                .named("late")
                                .start();
                        resetTimeout(Duration.ofMillis(1));
                        return late.await();
                    }));
        }
    }

    void aListenerIsToldOfMembersWithTheirParent() {
        var told = new Told();
        var gate = new CompletableFuture<Object>();
        try (Hooks.Handle listening = Hooks.addListener(told)) {
            Deferred<Object> worker = worker(() -> {
                        coroutine(() -> await(gate)).named("member").start();
                        told.untilSuspended(1);
                        return "a";
                    })
                    .start();
            told.untilSuspended(2);
            gate.complete("b");
            note("value", worker.await());
        }
    }

    void aListenerIsToldOfASourceThatIsAMember() {
        Later later = later();
        try (Hooks.Handle listening = Hooks.addListener(new Told())) {
            note("value", group(g -> {
                Deferred<Object> source = g.start(awaitable(later.source()));
                later.value("a");
                return source.await();
            }));
        }
    }

    void aListenerIsToldOfACoroutineThatIsSubscribedToInAnother() {
        try (Hooks.Handle listening = Hooks.addListener(new Told())) {
            Deferred<Object> outer = coroutine(() -> await(awaitable(backend()
                            .createOne(
                                    () -> "a",
                                    CoroutineOptions.NONE.named("inner"),
                                    sources().one()))))
                    .named("outer")
                    .start();
            note("value", outer.await());
        }
    }

    void aListenerAddsToTheContextOfWhatIsInside() {
        try (Hooks.Handle listening = Hooks.addListener(new Adding())) {
            Deferred<Object> outer = coroutine(() -> {
                        note("outer", context().get("path"));
                        note("member", async(() -> context().get("path")).await());
                        return await(awaitable(backend()
                                .createOne(
                                        () -> context().get("path"),
                                        CoroutineOptions.NONE.named("inner"),
                                        sources().one())));
                    })
                    .named("outer")
                    .start();
            note("inner", outer.await());
        }
        note(
                "without",
                coroutine(() -> context().contains("path"))
                        .named("later")
                        .start()
                        .await());
    }

    /** Adds the names of the coroutines around a body to its context. */
    private static final class Adding implements CoroutineListener {
        @Override
        public Runnable around(CoroutineInfo coroutine, Runnable body) {
            String path = coroutine.context().getOrDefault("path", "");
            if (coroutine.isNamed()) coroutine.addToContext("path", path + "/" + coroutine.name());
            return body;
        }
    }

    void aListenerThatHasGoneIsToldNothingMore() {
        var told = new Told();
        var gate = new CompletableFuture<Object>();
        Deferred<Object> worker;
        try (Hooks.Handle listening = Hooks.addListener(told)) {
            worker = worker(() -> await(gate)).start();
            told.untilSuspended(1);
        }
        gate.complete("a");
        note("value", worker.await());
    }

    void aListenerThatThrowsHarmsNothing() {
        var told = new Told();
        var gate = new CompletableFuture<Object>();
        try (Hooks.Handle first = Hooks.addListener(new Throwing());
                Hooks.Handle second = Hooks.addListener(told)) {
            Deferred<Object> worker = worker(() -> await(gate)).start();
            told.untilSuspended(1);
            gate.complete("a");
            note("value", worker.await());
        }
    }

    /** Throws whatever it is told. */
    private static final class Throwing implements CoroutineListener {
        @Override
        public void started(CoroutineInfo coroutine) {
            throw new IllegalStateException("started");
        }

        @Override
        public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
            throw new AssertionError("suspended");
        }

        @Override
        public void resumed(CoroutineInfo coroutine) {
            throw new IllegalStateException("resumed");
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            throw new AssertionError("ended");
        }
    }
}
