package dev.weft.examples.frameworks;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.stream;

import dev.weft.AsyncStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What the servers here answer with: plain methods that await, and know of no framework. */
public final class Shop {
    /** Completed when somebody has asked for what never comes. */
    final CompletableFuture<Void> asked = new CompletableFuture<>();

    /** What it would be; the tests that complete it are about pages that come too late. */
    final CompletableFuture<String> answer = new CompletableFuture<>();

    /** Completed with that, or what has been thrown in its place. */
    final CompletableFuture<Object> ended = new CompletableFuture<>();

    /** Completed when the ticks have ended. */
    final CompletableFuture<Void> still = new CompletableFuture<>();

    String hello(String name) {
        delay(Duration.ofMillis(1));
        return "hello " + name;
    }

    String never() {
        try {
            asked.complete(null);
            String page = await(answer);
            ended.complete(page);
            return page;
        } catch (Throwable end) {
            ended.complete(end);
            throw end;
        }
    }

    AsyncStream<String> ticks() {
        return stream(out -> {
            try {
                for (int n = 0; ; n++) out.emit("tick " + n + "\n");
            } finally {
                still.complete(null);
            }
        });
    }
}
